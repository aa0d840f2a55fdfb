#!/bin/bash
#SBATCH --job-name=again
#SBATCH --partition=3090
#SBATCH --mem=100M
#SBATCH --time=00:10:00
#SBATCH --requeue
#SBATCH --open-mode=append
# The first attempt is put back into the queue while it runs; the second is the run.
if [ "${SLURM_RESTART_COUNT:-0}" -eq 0 ]; then sleep 600; fi
sleep 4
