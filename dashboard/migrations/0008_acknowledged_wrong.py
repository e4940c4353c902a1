from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dashboard", "0007_acknowledgements")]

    operations = [migrations.AddField("acknowledgement", "wrong", models.TextField(default=""))]
