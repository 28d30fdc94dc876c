"""The full-text index: trigrams of names and numbers, written by `crmlab.crm.search`."""

from django.db import migrations


class Migration(migrations.Migration):
    """Make the index."""

    dependencies = [("crm", "0001_first")]
    operations = [
        migrations.RunSQL(
            "CREATE VIRTUAL TABLE crm_search USING fts5(plain, personal, tokenize='trigram', detail=none)",
            "DROP TABLE crm_search",
        )
    ]
