import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('store', '0024_ct_series'),
    ]

    operations = [
        migrations.CreateModel(
            name='ConceptusVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.TextField()),
                ('version', models.TextField()),
                ('content', models.BinaryField()),
                ('sha256', models.CharField(max_length=64)),
                ('signed_name', models.TextField(default='')),
                ('signed_function', models.TextField(default='')),
                ('signed_account', models.TextField(default='')),
                ('signed_at', models.DateTimeField(null=True)),
                ('exam', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='store.exam')),
            ],
        ),
    ]
