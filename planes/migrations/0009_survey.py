"""What a cluster is looked over for now and then."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0008_samples"),
    ]

    operations = [
        migrations.CreateModel(
            name="Survey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("row", models.BinaryField()),
                (
                    "cluster",
                    models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="survey", to="planes.cluster"),
                ),
            ],
        ),
    ]
