"""How the page's events are wired.

Every tab, and every part of one, is a class of the same form: `__init__` lays the components out, `wire` connects
them, and the methods between are handlers that a test can call. A handler with several inputs is given them as
{component: value}, and one with several outputs returns the same; components that it leaves out stay as they are.
"""

# For work that the visitor sees in the page itself: no overlay, no entry in the API's page.
HIDDEN = {"show_progress": "hidden", "api_visibility": "private"}
# For work in a child process, of which there are few: those who wait for one must not keep others from asking.
AT_ONCE = HIDDEN | {"concurrency_limit": 8}
# For quick work that must not wait in the queue either.
QUIET = HIDDEN | {"queue": False}
