#!/bin/bash
#SBATCH --job-name=two-steps
#SBATCH --partition=3090
#SBATCH --ntasks=1
#SBATCH --mem=100M
#SBATCH --time=00:10:00
# Two steps of 4 s, one of which fails at its end; the job is complete all the same.
srun --job-name=prepare sleep 4
srun --job-name=check bash -c 'sleep 4; exit 1'
exit 0
