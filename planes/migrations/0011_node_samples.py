"""Figures of single nodes over time."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0010_clusters_called"),
    ]

    operations = [
        migrations.CreateModel(
            name="NodeSample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.PositiveSmallIntegerField()),
                ("block", models.PositiveSmallIntegerField()),
                ("began", models.BigIntegerField()),
                ("at", models.FloatField()),
                ("figures", models.BinaryField()),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="node_samples", to="planes.cluster"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["step", "began"], name="planes_node_step_began_idx")],
                "constraints": [
                    models.UniqueConstraint(fields=("cluster", "step", "block", "began"), name="one_node_sample_a_bucket")
                ],
            },
        ),
    ]
