"""ES modules as one script."""

import pytest

from headline.web.engine import one_script as module

FILES = {
    "a/main.js": 'import { two, Three } from "./parts.js";\nimport { one } from "../one.js";\nreturned(two(one), Three);\n',
    "a/parts.js": 'import { one } from "../one.js";\nexport function two(n) {\n  return n + one;\n}\nexport class Three {}\n',
    "one.js": "export const one = 1;\nconst hidden = 0;\n",
    "round.js": 'import { x } from "./again.js";\nexport const y = x;\n',
    "again.js": 'import { y } from "./round.js";\nexport const x = y;\n',
    "all.js": 'import * as one from "./one.js";\n',
    "default.js": "export default 1;\n",
}


@pytest.fixture(autouse=True)
def assets(monkeypatch):
    monkeypatch.setattr(module, "read_asset", FILES.__getitem__)
    module.one_script.cache_clear()
    yield
    module.one_script.cache_clear()


def test_each_module_is_there_once_behind_those_that_it_imports():
    script = module.one_script("a/main.js")
    assert [script.count(f'modules["{name}"] = ') for name in ("one.js", "a/parts.js", "a/main.js")] == [1, 1, 1]
    places = [script.index(f'modules["{name}"] = ') for name in ("one.js", "a/parts.js", "a/main.js")]
    assert places == sorted(places)
    assert 'const { two, Three } = modules["a/parts.js"];' in script and "return { two, Three };" in script
    assert "export" not in script and "import" not in script


@pytest.mark.parametrize("entry, said", [("round.js", "itself"), ("all.js", "import"), ("default.js", "export")])
def test_what_cannot_be_one_script_is_refused(entry, said):
    with pytest.raises(ValueError, match=said):
        module.one_script(entry)
