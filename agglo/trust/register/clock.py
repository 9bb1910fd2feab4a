"""The day it is where the workspace is: the day that cards are dated by."""

import datetime
from zoneinfo import ZoneInfo

from agglo.store.workspace import Workspace


def today(workspace: Workspace) -> datetime.date:
    """The day it is in the zone of the setting ``time_zone``."""
    return datetime.datetime.now(ZoneInfo(str(workspace.setting("time_zone")))).date()
