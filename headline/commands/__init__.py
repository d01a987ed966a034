"""The commands of the command line: each file adds one command's options to the parser and runs it."""
