from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0006_pairing")]

    operations = [
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cluster", models.BigIntegerField(unique=True)),
                ("author", models.CharField(max_length=150)),
                ("at", models.FloatField()),
            ],
        ),
    ]
