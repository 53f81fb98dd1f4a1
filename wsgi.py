"""The application for a WSGI server of one's own: `gunicorn wsgi:app`."""

from coaching.memory import collector_at_rest, freeze_memory

with collector_at_rest():
    from coaching.app import create_app

    app = create_app()
freeze_memory()
