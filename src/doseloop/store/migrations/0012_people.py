"""Names of staff: what they are an alias of, and what people said of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0011_level_sets'),
    ]

    operations = [
        migrations.AddField(
            model_name='person',
            name='alias_of',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='aliases', to='store.person'),
        ),
        migrations.AddField(
            model_name='person',
            name='judged',
            field=models.TextField(default=''),
        ),
        migrations.AddField(
            model_name='person',
            name='whom',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.person'),
        ),
    ]
