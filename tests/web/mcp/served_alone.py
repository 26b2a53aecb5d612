"""What the web role serves, over a data folder as it is: `python -m tests.web.mcp.served_alone PORT` (folder by DOSELOOP_DATA)."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doseloop.roles.django_settings")


def main() -> None:
    import django

    django.setup()
    import uvicorn
    from django.conf import settings

    from doseloop.roles.web import application

    print(json.dumps({}), flush=True)
    served = application(settings.DOSELOOP, threads=2)
    uvicorn.run(served, port=int(sys.argv[1]), log_level="warning", lifespan="off")


if __name__ == "__main__":
    main()
