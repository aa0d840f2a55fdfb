#!/bin/bash
#SBATCH --job-name=waited
#SBATCH --partition=3090
#SBATCH --mem=100M
#SBATCH --time=00:10:00
#SBATCH --begin=now+12
# 12 s in the queue, 1 s of run.
sleep 1
