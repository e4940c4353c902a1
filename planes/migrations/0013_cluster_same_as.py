"""Which cluster another context leads to as well."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0012_cluster_told"),
    ]

    operations = [
        migrations.AddField(
            model_name="cluster",
            name="same_as",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="others", to="planes.cluster"
            ),
        ),
    ]
