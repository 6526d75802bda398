/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Graphs of the Neuromorphic Intermediate Representation (nir.h) as projects, and projects as such graphs.
 * NIR tells neurons by differential equations, a network here is one of moments: how long a moment is and how the
 * equations become steps are options, and nothing is guessed. With h = dt / τ the share of a state that is left
 * after a moment is e^(−h), the exact answer to a current that holds, or 1 − h, the step of Euler that snnTorch,
 * Norse and others take. */
#pragma once

#include "cjl-project.h"

G_BEGIN_DECLS

typedef enum
{
  CJL_NIR_EXACT,
  CJL_NIR_EULER
} CjlNirMethod;

typedef struct
{
  double dt;  /* of a moment, ms */
  int method; /* CjlNirMethod */
  int reset;  /* CjReset without CJ_RESET_NONE: what NIR does not say but for its value */
} CjlNirOptions;

/* The same as a table, for commands and rows; the presets are 0.1 ms, exact, to zero. */
extern const CjParam cjl_nir_params[];
void cjl_nir_options_init (CjlNirOptions *options);

/* Whether a path ends as one of these files. */
gboolean cjl_nir_is_file (const char *path);

/* A new project of a file: layers with its weights, set out from left to right; a graph within the graph
 * is a block. Its data are made up (rate-patterns) in the shape that the graph takes in, and behind an
 * output of several numbers stand a readout and a loss, so that it runs and learns at once. Neurons keep
 * weights as they are: where r, w_in and dt scale a current, the threshold is scaled instead. Nodes of a
 * kind that is not known become placeholders, which *note (may be NULL; NULL where there are none) names;
 * you free. Any thread, as long as it is one at a time. Errors name the file and the node. You unref. */
CjlProject *cjl_nir_load (const char *path, const CjlNirOptions *options, char **note,
                          GError **error);
CjlProject *cjl_nir_parse (GBytes *bytes, const char *title, const CjlNirOptions *options,
                           char **note, GError **error);

/* The network of a project as a graph: from the input to where a readout or loss begins. `dt` of the options
 * is that of neurons that do not say theirs. Refuses by name what NIR has no word for. Any thread that has
 * the project for itself. cjl_export writes it to a file. You unref. */
GBytes *cjl_nir_print (CjlProject *project, const CjlNirOptions *options, GError **error);

G_END_DECLS
