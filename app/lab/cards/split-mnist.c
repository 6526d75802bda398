/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Digits two by two, a head for every pair, after F. Zenke, B. Poole, S. Ganguli (2017), section 5.1; the accuracies of the
 * paper stand in a figure and are not given as numbers. Which pair a sample is of is told (G. van de Ven, A. Tolias, "Three
 * scenarios for continual learning", 2019: task-incremental). What is held against them is the gain
 * over plain training. */
#include "cjl-card-tasks.h"

const CjlResultCard cjl_card_split_mnist = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "split-mnist",
    .title = "Digits two by two",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Learning two digits after another two, a network with a head for each pair loses the "
             "first pairs, unless its weights are held or a few old samples are seen again",
    .teaches = "Heads of their own do not help: it is the layers that the tasks share that forget",
    .expected = "at least 5 points above nothing done",
    .network = "input, flatten, dense 256 relu, dense 256 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0 tasks=split task-count=5",
    .setup = "epochs=3 batch=100 learning-rate=0.003 continual.strength=100000 "
             "continual.memory=0.01 continual.path-strength=2 continual.damping=0.001",
  },
  .data_set = "mnist",
  .paper = "After Zenke, Poole and Ganguli, ICML 2017, section 5.1, and Kirkpatrick et al., PNAS 114, "
           "2017",
  .passes = "Elastic weights and replay end at least 5 points above a network with which nothing "
            "was done, in the mean of all tasks",
  .values = cjl_card_task_values,
  .lines = cjl_card_task_lines,
  .x_title = "tasks learned",
  .y_title = "mean accuracy on them",
  .y_share = TRUE,
  .x = cjl_card_task_points,
  .n_points = CJL_CARD_TASKS,
  .n_seeds = 3,
  .seconds = 25,
  .run = cjl_card_run_tasks,
};
