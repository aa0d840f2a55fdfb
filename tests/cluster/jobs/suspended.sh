#!/bin/bash
#SBATCH --job-name=held-up
#SBATCH --partition=3090
#SBATCH --mem=100M
#SBATCH --time=00:10:00
# Suspended for 10 s while it runs: from start to end it takes more than that, and it runs for 3 s.
for _ in 1 2 3 4 5 6; do sleep 0.5; done
