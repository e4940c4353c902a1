"""The tasks of the web edge, on the queue `jobs`. They hold no logic: see dashboard.wall_messages."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.db import DatabaseError, InterfaceError

from planes.store.away import said

logger = logging.getLogger(__name__)


@shared_task(name="dashboard.tell_of_walls", ignore_result=True)
def tell_of_walls() -> None:
    """Tell the webhook which walls went dark and which came back, if there is one."""
    if not settings.WALLS_WEBHOOK:
        return
    from dashboard import wall_messages  # most have no webhook: their workers need not import it

    try:
        wall_messages.look(time.time())
        wall_messages.send(time.time())
    except (DatabaseError, InterfaceError) as error:
        logger.warning("The database %s; messages about displays wait until it can.", said(error))
