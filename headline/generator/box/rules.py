"""What a search box in a page must know of the rules of this side (assets/search_box/box.js)."""

from headline.generator.box.shown import ROWS, SURE
from headline.generator.box.spacing import CLOSING, JOINING, OPENING
from headline.generator.suggester import WORTH_SHOWING

RULES = {
    "rows": ROWS,
    "sure": SURE,
    "worthShowing": WORTH_SHOWING,
    "closing": CLOSING,
    "joining": JOINING,
    "opening": OPENING,
}
