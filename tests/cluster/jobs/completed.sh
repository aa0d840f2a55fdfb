#!/bin/bash
#SBATCH --job-name=eval-full
#SBATCH --partition=3090
#SBATCH --cpus-per-task=2
#SBATCH --mem=200M
#SBATCH --time=00:10:00
echo "samples=128 batch_size=32"
sleep 4
