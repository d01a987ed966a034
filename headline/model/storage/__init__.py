"""Files of a checkpoint: what each holds, checked before anything is allocated."""
