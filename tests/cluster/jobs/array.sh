#!/bin/bash
#SBATCH --job-name=sweep
#SBATCH --partition=3090
#SBATCH --array=0-3
#SBATCH --mem=100M
#SBATCH --time=00:10:00
# 1 s, 1 s, a failure, and 12 s.
case "$SLURM_ARRAY_TASK_ID" in
    2) exit 1 ;;
    3) sleep 12 ;;
    *) sleep 1 ;;
esac
