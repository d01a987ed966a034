#!/bin/bash
# One run on several hosts, a process each: sbatch docs/scale/slurm.sh SHARDS --out MODEL [more options of train]
# The folders are on a disk that all hosts share. Submitted again after an interruption, it goes on from the last epoch.
#SBATCH --job-name=headline
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --gpus-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --time=08:00:00
#SBATCH --requeue
set -euo pipefail

first=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed -n 1p)
export KERAS_DISTRIBUTION_JOB_ADDRESSES="$first:29500"
export KERAS_DISTRIBUTION_NUM_PROCESSES="$SLURM_NTASKS"

srun --kill-on-bad-exit=1 bash -c \
    'KERAS_DISTRIBUTION_PROCESS_ID=$SLURM_PROCID exec python -m headline train "$@" --distribute --resume' train "$@"
