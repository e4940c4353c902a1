"""Figures over time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0007_node_found_by"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                ("began", models.BigIntegerField()),
                ("at", models.FloatField()),
                ("figures", models.BinaryField()),
                (
                    "cluster",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="samples", to="planes.cluster"),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["step", "began"], name="planes_samp_step_193336_idx")],
                "constraints": [models.UniqueConstraint(fields=("cluster", "step", "began"), name="one_sample_a_bucket")],
            },
        ),
    ]
