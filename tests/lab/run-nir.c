/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "run-nir.h"

#include "cj-program.h"

#include <string.h>

CjlNirOptions
run_nir_options (double dt, CjlNirMethod method)
{
  CjlNirOptions options;

  cjl_nir_options_init (&options);
  options.dt = dt;
  options.method = method;
  return options;
}

/* The project's network with its weights on `t` moments of `f` numbers, run once. */
CjProgram *
run_nir (CjlProject *project, const float *x, gint64 t, gint64 f)
{
  const CjDataSpec spec = { .batch = 1,
                            .x_shape = cj_shape2 (t, f),
                            .x_dtype = CJ_FLOAT32,
                            .y_shape = cj_shape (0, NULL),
                            .y_dtype = CJ_INT32,
                            .has_y = TRUE };
  g_autoptr (GError) error = NULL;
  CjProgram *program = cj_program_new (project->graph, CJ_PURPOSE_PROBE, &spec, 1, &error);

  g_assert_no_error (error);
  cj_program_init (program, 1);
  g_assert_cmpuint (cjl_project_apply_weights (project, program), ==,
                    cj_program_get_n_params (program));
  memcpy (cj_program_get_x (program)->data, x, sizeof (float) * (gsize) (t * f));
  cj_program_forward (program, FALSE, 1, 1, 1);
  return program;
}

CjTensor *
run_nir_get_output (CjlProject *project, const CjProgram *program, const char *id, guint port)
{
  const CjNode *node = cj_graph_find (project->graph, id);

  g_assert_nonnull (node);
  return cj_program_dup_output (program, (guint) cj_graph_get_index (project->graph, node), port);
}
