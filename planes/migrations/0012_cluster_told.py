"""Labels of clusters by what names them, beside those of operators."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("planes", "0011_node_samples"),
    ]

    operations = [
        migrations.AddField(
            model_name="cluster",
            name="told",
            field=models.BinaryField(db_default=b"{}", default=b"{}"),
        ),
    ]
