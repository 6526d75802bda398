/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Five tasks with the pixels of MNIST in another order each, after J. Kirkpatrick et al. (2017), figure 2, and F. Zenke,
 * B. Poole, S. Ganguli (2017), section 5.2, who use larger networks, more tasks and epochs; their accuracies stand in figures
 * and are not given as numbers. What is held against them is the gain over plain training. */
#include "cjl-card-tasks.h"

const CjlResultCard cjl_card_permuted_mnist = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "permuted-mnist",
    .title = "Five orders of pixels",
    .category = CJL_CARD_CATEGORY,
    .blurb = "A network that learns five tasks one after another forgets the first ones, unless the "
             "weights that mattered are held or a few old samples are seen again",
    .teaches = "What is learned must be secured before the next thing comes: by stiffer synapses, or "
               "by replay",
    .expected = "at least 5 points above nothing done",
    .network = "input, flatten, dense 256 relu, dense 256 relu, dense 10, cross-entropy",
    .data = "normalise=as-is validation-share=0 tasks=permuted task-count=5",
    .setup = "epochs=2 batch=100 learning-rate=0.001 continual.strength=2000 "
             "continual.fisher-samples=300 continual.memory=0.01 continual.path-strength=0.5",
  },
  .data_set = "mnist",
  .paper = "After Kirkpatrick et al., PNAS 114, 2017, figure 2, and Zenke, Poole and Ganguli, ICML "
           "2017, section 5.2",
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
  .seconds = 60,
  .run = cjl_card_run_tasks,
};
