"""What an operator says of a cluster: what it is called, its labels, that it is stopped, that its history is to go."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0009_survey"),
    ]

    operations = [
        migrations.AddField("cluster", "title", models.CharField(blank=True, db_default="", max_length=100)),
        migrations.AddField("cluster", "labels", models.BinaryField(db_default=b"{}", default=b"{}")),
        migrations.AddField("cluster", "off", models.BooleanField(db_default=False, default=False)),
        migrations.AddField("cluster", "doomed", models.BooleanField(db_default=False, default=False)),
    ]
