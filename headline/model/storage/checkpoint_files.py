"""Names of the files of a checkpoint's folder: the one list that saving, zipping and sharing use."""

META = "checkpoint.json"
WORDS = "vocabulary.txt"
WEIGHTS = "weights.safetensors"
MEMORY = "memory.safetensors"
CARD = "README.md"  # the model card: written by people or for the Hub, never read by the program

NEEDED = (META, WORDS, WEIGHTS)
CHECKPOINT_FILES = (*NEEDED, MEMORY)
