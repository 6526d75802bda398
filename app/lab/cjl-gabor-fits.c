/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gabor functions for the filters of a layer. */
#include "cjl-tuning.h"

#include "cj-error.h"
#include "cj-runner.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define LEAVE_EVERY 16 /* filters between partial results */

void
cjl_gabor_fits_free (CjlGaborFits *self)
{
  g_clear_pointer (&self->planes, cj_tensor_unref);
  g_clear_pointer (&self->fits, cj_tensor_unref);
  g_free (self->name);
  g_free (self->gabors);
  g_free (self);
}

static CjlGaborFits *
fits_dup (const CjlGaborFits *from)
{
  CjlGaborFits *self = g_memdup2 (from, sizeof *from);

  self->name = g_strdup (from->name);
  self->planes = cj_tensor_dup (from->planes);
  self->fits = cj_tensor_dup (from->fits);
  self->gabors = g_memdup2 (from->gabors, sizeof *from->gabors * (gsize) from->fits->shape.dims[0]);
  return self;
}

CjlGaborFits *
cjl_fit_gabors (CjTensor *kernels, const char *name, CjlJob *job, GError **error)
{
  const gint64 *d = kernels->shape.dims;
  const gint64 n = MIN (d[0], CJL_GABOR_MOST), size = d[2] * d[3];
  CjlGaborFits *self;
  CjShape shape;

  if (kernels->shape.n_dims != 4 || d[2] < 3 || d[3] < 3)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” holds no filters of at least 3×3. Choose a convolution with larger "
                      "kernels."),
                   name);
      return NULL;
    }
  shape = cj_shape3 (n, d[2], d[3]);
  self = g_new0 (CjlGaborFits, 1);
  self->name = g_strdup (name);
  self->planes = cj_tensor_new (CJ_FLOAT32, &shape);
  self->fits = cj_tensor_new (CJ_FLOAT32, &shape);
  self->gabors = g_new0 (CjGabor, n);
  for (gint64 i = 0; i < n; i++)
    self->gabors[i].r2 = NAN;
  for (gint64 i = 0; i < n; i++)
    {
      if (cjl_job_is_cancelled (job))
        break;
      if (cj_gabor_fit_kernel (cj_tensor_f32 (kernels) + i * d[1] * size, d[1], d[2], d[3],
                               cj_tensor_f32 (self->planes) + i * size, &self->gabors[i]))
        cj_gabor_draw (&self->gabors[i], d[2], d[3], cj_tensor_f32 (self->fits) + i * size);
      if ((i + 1) % LEAVE_EVERY == 0 && i + 1 < n)
        cjl_job_leave_copy (job, self, (CjlDupFunc) fits_dup);
      cjl_job_set_progress (job, (double) (i + 1) / (double) n);
    }
  return self;
}

/* Fits the kernels of a node with the weights that the program has. */
static CjlGaborFits *
fit_node (CjProgram *program, const char *node, guint64 step, gboolean untrained, CjlJob *job,
          GError **error)
{
  g_autofree char *name = g_strconcat (node, ".weight", NULL);
  const CjProgramParam *param = cj_program_find_param (program, name);
  g_autoptr (CjTensor) kernels = NULL;
  CjlGaborFits *self;

  if (param == NULL || param->shape.n_dims != 4)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("“%s” has no filters. Choose a convolution."), node);
      return NULL;
    }
  kernels = cj_tensor_new (CJ_FLOAT32, &param->shape);
  memcpy (kernels->data, cj_program_get_param_data (program, param), cj_tensor_bytes (kernels));
  self = cjl_fit_gabors (kernels, name, job, error);
  if (self == NULL)
    return NULL;
  self->step = untrained ? 0 : step;
  self->untrained = untrained;
  return self;
}

typedef struct
{
  CjlNetwork *network;
  char *node;
  guint64 seed;
  gboolean untrained;
} Order;

static void
order_free (gpointer data)
{
  Order *order = data;

  cjl_network_free (order->network);
  g_free (order->node);
  g_free (order);
}

static gpointer
run_order (CjlJob *job, gpointer data, GError **error)
{
  const Order *order = data;
  g_autoptr (CjProgram) program = cjl_network_compile (order->network, CJ_PURPOSE_INFER, 1, error);

  if (program == NULL)
    return NULL;
  if (order->untrained)
    cj_program_init (program, order->seed);
  return fit_node (program, order->node, order->network->weights->at.step, order->untrained, job,
                   error);
}

CjlJob *
cjl_gabor_start (CjlNetwork *network, const char *node, guint64 seed, gboolean untrained)
{
  Order *order = g_new0 (Order, 1);

  order->network = network;
  order->node = g_strdup (node);
  order->seed = seed;
  order->untrained = untrained;
  return cjl_job_new (run_order, order, order_free, (GDestroyNotify) cjl_gabor_fits_free);
}

CjlGaborFits *
cjl_gabor_project (CjlProject *project, CjdDataset *dataset, const char *node, gboolean untrained,
                   GError **error)
{
  g_autoptr (CjProgram) program
      = cjl_network_compile_project (project, dataset, CJ_PURPOSE_INFER, 1, error);
  g_autoptr (GArray) epochs = cjl_project_read_history (project);

  if (program == NULL)
    return NULL;
  if (untrained)
    cj_program_init (program, (guint64) project->setup->seed);
  return fit_node (program, node,
                   epochs->len > 0 ? g_array_index (epochs, CjRunEpoch, epochs->len - 1).step : 0,
                   untrained, NULL, error);
}

double
cjl_gabor_fits_get_share (const CjlGaborFits *self)
{
  const gint64 n = self->fits->shape.dims[0];
  gint64 good = 0;

  for (gint64 i = 0; i < n; i++)
    good += self->gabors[i].r2 >= CJL_GABOR_GOOD;
  return n > 0 ? (double) good / (double) n : 0;
}

/* One number of every fit. */
static void
put (CjvFrame *frame, const char *array, const CjlGaborFits *self, gsize offset)
{
  const gsize n = (gsize) self->fits->shape.dims[0];
  g_autofree float *values = g_new (float, n);

  for (gsize i = 0; i < n; i++)
    values[i] = (float) *(const double *) ((const char *) &self->gabors[i] + offset);
  cjv_frame_set_values (frame, array, values, n);
}

CjvFrame *
cjl_gabor_frame (const CjlGaborFits *self, const CjlGaborFits *before)
{
  CjvFrame *frame = cjv_frame_new ();
  /* Translators: number of the training step */
  g_autofree char *provenance
      = self->untrained ? g_strdup (_ ("untrained"))
                        : g_strdup_printf (_ ("step %llu"), (unsigned long long) self->step);

  cjv_frame_set_array (frame, "filters", self->planes);
  cjv_frame_set_array (frame, "fits", self->fits);
  put (frame, "r2", self, offsetof (CjGabor, r2));
  put (frame, "orientation", self, offsetof (CjGabor, orientation));
  put (frame, "frequency", self, offsetof (CjGabor, frequency));
  put (frame, "phase", self, offsetof (CjGabor, phase));
  put (frame, "across", self, offsetof (CjGabor, sigma_across));
  put (frame, "along", self, offsetof (CjGabor, sigma_along));
  put (frame, "x", self, offsetof (CjGabor, x));
  put (frame, "y", self, offsetof (CjGabor, y));
  put (frame, "amplitude", self, offsetof (CjGabor, amplitude));
  if (before != NULL && cj_shape_equal (&before->fits->shape, &self->fits->shape))
    put (frame, "before-r2", before, offsetof (CjGabor, r2));
  cjv_frame_set_scalar (frame, "good", CJL_GABOR_GOOD);
  cjv_frame_set_text (frame, "title", self->name);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}
