import django.db.models.deletion
from django.db import migrations, models

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0008_acknowledged_wrong")]

    operations = [
        migrations.CreateModel(
            name="Listening",
            fields=[_ID, ("since", models.FloatField()), ("at", models.FloatField())],
        ),
        migrations.CreateModel(
            name="DisplayNotice",
            fields=[
                _ID,
                ("dark_since", models.FloatField(null=True)),
                ("back_since", models.FloatField(null=True)),
                (
                    "display",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notice", to="dashboard.display"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DisplayMessage",
            fields=[
                _ID,
                ("display", models.BigIntegerField()),
                ("body", models.TextField()),
                ("made", models.FloatField()),
                ("due", models.FloatField()),
                ("tries", models.IntegerField(default=0)),
                ("ended", models.FloatField(db_index=True, null=True)),
                ("outcome", models.CharField(blank=True, max_length=200)),
            ],
            options={"ordering": ["id"]},
        ),
    ]
