"""Of a change: the one part of its subject that was all its trouble, and since when it had been so when it was told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0013_cluster_same_as"),
    ]

    operations = [
        migrations.AddField(
            model_name="transition",
            name="about",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="transition",
            name="led",
            field=models.FloatField(null=True),
        ),
    ]
