#!/bin/bash
#SBATCH --job-name=eval-broken
#SBATCH --partition=3090
#SBATCH --mem=100M
#SBATCH --time=00:10:00
# Four seconds, as the run that is complete, and no result.
sleep 4
echo "out of samples" >&2
exit 3
