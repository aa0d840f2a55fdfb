#!/bin/bash
#SBATCH --job-name=elsewhere
#SBATCH --partition=3090
#SBATCH --mem=100M
#SBATCH --time=00:10:00
# Submitted with `--partition=short`, which wins over the line above.
sleep 4
