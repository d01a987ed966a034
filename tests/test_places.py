"""Where the files are that come with the program."""

from headline.paths import ASSETS, BUNDLED_MODEL, PACKAGE, ROOT, SAMPLE_CORPUS, beside


def test_in_a_checkout_they_stand_beside_the_package():
    assert ASSETS == ROOT / "assets" and PACKAGE == ROOT / "headline"
    assert (ROOT / "app.py").is_file() and (BUNDLED_MODEL / "checkpoint.json").is_file() and SAMPLE_CORPUS.is_file()


def test_installed_they_are_inside_it_whatever_stands_beside(tmp_path):
    package = tmp_path / "headline"
    package.mkdir()
    assert beside(package, "assets") == tmp_path / "assets"
    (tmp_path / "assets").mkdir()  # of some other package
    assert beside(package, "assets") == tmp_path / "assets"
    (package / "assets").mkdir()
    assert beside(package, "assets") == package / "assets"
