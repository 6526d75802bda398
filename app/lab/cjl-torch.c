/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A project as a module of PyTorch: checks, plans, then writes three files. */
#include "cjl-torch-private.h"

#include "cj-error.h"
#include "cjl-network.h"
#include "file.h"
#include "npz.h"
#include "safetensors.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* --- what cannot be said --- */

static gboolean
check_rules (const CjlProject *project, GError **error)
{
  if (!g_str_equal (project->setup->rule->id, "backprop"))
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("The network learns by “%s”, which PyTorch does not have. Set its learning "
                      "rule to backprop, or export the weights as .safetensors."),
                   _ (project->setup->rule->title));
      return FALSE;
    }
  for (guint i = 0; i < project->graph->nodes->len; i++)
    {
      const CjNode *node = project->graph->nodes->pdata[i];

      if (node->rule > 0 && !g_str_equal (cj_rule_names[node->rule], "backprop"))
        return cjl_torch_refuse (node, error,
                                 _ ("learns by “%s”, which PyTorch does not have. Set its learning "
                                    "rule to backprop."),
                                 cj_rule_names[node->rule]);
    }
  return TRUE;
}

/* --- the module --- */

/* "Handwritten signs" as HandwrittenSigns. You free. */
static char *
make_class_name (const char *title)
{
  GString *name = g_string_new (NULL);
  gboolean begins = TRUE;

  for (const char *c = title; *c != '\0'; c++)
    {
      if (g_ascii_isalnum (*c))
        g_string_append_c (name, begins ? g_ascii_toupper (*c) : *c);
      begins = !g_ascii_isalnum (*c);
    }
  if (name->len == 0 || g_ascii_isdigit (*name->str))
    g_string_prepend (name, "Network");
  return g_string_free (name, FALSE);
}

/* A module is imported where its text asks for it. */
static const struct
{
  const char *line, *sign;
} imports[] = {
  { "import argparse", "argparse." },
  { "import csv", "csv." },
  { "import gzip", "gzip." },
  { "import io", "io." },
  { "import json", "json." },
  { "import math", "math." },
  { "import os", "os." },
  { "import struct", "struct." },
  { "from functools import partial", "partial(" },
  { "from pathlib import Path", "Path(" },
  { "", NULL },
  { "import numpy as np", "np." },
  { "import torch", "torch." },
  { "import torch.distributed as dist", "dist." },
  { "import torch.nn.functional as F", "F." },
  { "from torch import nn", "nn." },
  { "from torch.nn.parallel import DistributedDataParallel", "DistributedDataParallel(" },
};

/* Whether a name of a module begins somewhere in the text. */
static gboolean
uses (const char *body, const char *sign)
{
  for (const char *at = strstr (body, sign); at != NULL; at = strstr (at + 1, sign))
    if (at == body || (!g_ascii_isalnum (at[-1]) && at[-1] != '_' && at[-1] != '.'))
      return TRUE;
  return FALSE;
}

static void
put_imports (GString *out, const char *body)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (imports); i++)
    if (imports[i].sign == NULL || uses (body, imports[i].sign))
      g_string_append_printf (out, "%s\n", imports[i].line);
  for (guint i = 0; i < 3; i++)
    {
      static const char *const words[] = { "DataLoader", "Dataset", "Subset" };
      static const char *const signs[] = { "DataLoader(", "(Dataset)", "Subset(" };

      if (strstr (body, signs[i]) != NULL)
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : "", words[i]);
    }
  g_string_append_printf (out, "from torch.utils.data import %s\n", names->str);
  if (strstr (body, "DistributedSampler(") != NULL)
    g_string_append (out, "from torch.utils.data.distributed import DistributedSampler\n");
}

static gint64
count_weights (const CjlTorchExport *e)
{
  return cj_program_get_cost (e->program).n_params;
}

static void
put_comment (GString *out, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      glong column = 0;

      for (guint k = 0; words[k] != NULL && *lines[i] != '\0'; k++)
        {
          const glong width = g_utf8_strlen (words[k], -1);

          if (column > 0 && column + 1 + width > CJL_TORCH_WIDTH)
            {
              g_string_append_c (out, '\n');
              column = 0;
            }
          g_string_append_printf (out, "%s%s", column > 0 ? " " : "", words[k]);
          column += width + (column > 0);
        }
      g_string_append_c (out, '\n');
    }
}

/* What the file is, how it is used, what it does not do. */
static void
put_head (const CjlTorchExport *e, GString *out)
{
  const gboolean files = g_hash_table_contains (e->flags, "files");
  const gboolean trains = g_hash_table_contains (e->flags, "train");
  const CjShape x = cjd_dataset_get_x_shape (e->dataset);
  g_autofree char *shape = cj_shape_print (&x);
  g_auto (GStrv) parts = g_strsplit (shape, "×", -1);
  g_autofree char *ascii = g_strjoinv ("x", parts);
  g_autofree char *about = g_strdup_printf (
      "Samples are %s; the network has %lld learned numbers. Its submodules are "
      "called as the cards of the drawing, and its weights are in %s.safetensors.",
      ascii, (long long) count_weights (e), e->stem);

  g_string_append_printf (out,
                          "#!/usr/bin/env python3\n\"\"\"%s: a network of Cajal %s for "
                          "PyTorch.\n\n",
                          e->title, CAJAL_VERSION);
  put_comment (out, about);
  g_string_append_c (out, '\n');
  if (trains)
    {
      const char *data = files ? "DATA" : "    ";

      g_string_append_printf (out, "    python3 %s.py train %s        trains it as Cajal did\n",
                              e->stem, data);
      g_string_append_printf (out, "    python3 %s.py evaluate %s     measures it on test data\n",
                              e->stem, data);
    }
  g_string_append_printf (
      out, "    python3 %s.py predict FILE...   says what it answers to files\n", e->stem);
  if (trains)
    g_string_append_printf (out, "    torchrun --nproc_per_node 2 %s.py train%s\n", e->stem,
                            files ? " DATA" : "");
  g_string_append (out, "\nIt needs PyTorch 1.12 and NumPy, for pictures also Pillow.\n");
  if (e->remarks->len > 0)
    {
      g_string_append (out, "\nNot as in Cajal:\n");
      put_comment (out, e->remarks->str);
      g_string_truncate (out, out->len - 1);
    }
  g_string_append (out, "\"\"\"\n\n");
}

static char *
print_module (CjlTorchExport *e)
{
  g_autoptr (GString) body = g_string_new (NULL);
  GString *out = g_string_new (NULL);

  g_string_append_printf (body,
                          "HERE = Path(__file__).resolve().parent\n"
                          "WEIGHTS = HERE / \"%s.safetensors\"\n"
                          "SAMPLES = HERE / \"%s.npz\"\n",
                          e->stem, e->stem);
  if (g_hash_table_contains (e->flags, "train"))
    g_string_append_printf (body, "TRAINED = \"%s.trained.safetensors\"\n", e->stem);
  g_string_append (body, "\n# What it was trained on\n");
  cjl_torch_put_data_constants (e, body);
  cjl_torch_put_training_constants (e, body);
  cjl_torch_put_network (e, body);
  cjl_torch_put_data (e, body);
  cjl_torch_put_training (e, body);
  put_head (e, out);
  put_imports (out, body->str);
  g_string_append_c (out, '\n');
  g_string_append (out, body->str);
  return g_string_free (out, FALSE);
}

/* --- weights --- */

/* The name in Python of a learned tensor; NULL: its node is no part of the answer. */
static char *
rename_weight (const CjlTorchExport *e, const char *name)
{
  for (guint i = 0; i < e->nodes->len; i++)
    {
      const CjlTorchNode *node = e->nodes->pdata[i];
      const gsize n = strlen (node->node->id);

      if (strncmp (name, node->node->id, n) == 0 && name[n] == '.')
        return g_strconcat (node->name, name + n, NULL);
    }
  return NULL;
}

static GBytes *
print_weights (CjlTorchExport *e)
{
  g_autoptr (GPtrArray) tensors = cjd_named_tensors_new ();
  const char *const notes[] = { "format", "pt", "title", e->project->title, NULL };

  for (guint i = 0; i < cj_program_get_n_params (e->program); i++)
    {
      const CjProgramParam *param = cj_program_get_param (e->program, i);
      g_autofree char *name = rename_weight (e, param->name);

      if (name != NULL)
        g_ptr_array_add (tensors,
                         cjd_named_tensor_new_view (name, &param->shape,
                                                    cj_program_get_param_data (e->program, param)));
    }
  return cjd_safetensors_print_noted (tensors, notes);
}

/* --- all --- */

static gboolean
begin (CjlTorchExport *e, GError **error)
{
  CjDataSpec spec;
  const CjProblem *problem;

  e->dataset = cjl_data_load (&e->project->data, error);
  if (e->dataset == NULL)
    return FALSE;
  spec = cjl_data_spec (e->dataset, 2);
  spec.heads = NULL; /* of tasks: a matter of training */
  e->program = cj_program_new (e->project->graph, CJ_PURPOSE_EXPLAIN, &spec, 1, error);
  if (e->program == NULL)
    return FALSE;
  e->lowered = cj_program_get_lowered (e->program);
  problem = cj_lowered_get_error (e->lowered);
  if (problem != NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, "%s", problem->sentence);
      return FALSE;
    }
  cj_program_init (e->program, (guint64) e->project->setup->seed);
  cjl_project_apply_weights (e->project, e->program);
  return TRUE;
}

static void
clear (CjlTorchExport *e)
{
  g_clear_pointer (&e->nodes, g_ptr_array_unref);
  g_clear_pointer (&e->losses, g_ptr_array_unref);
  g_clear_pointer (&e->pieces, g_ptr_array_unref);
  g_clear_pointer (&e->names, g_hash_table_unref);
  g_clear_pointer (&e->flags, g_hash_table_unref);
  g_clear_pointer (&e->words, g_hash_table_unref);
  g_clear_pointer (&e->outputs, g_array_unref);
  g_clear_pointer (&e->program, cj_program_free);
  g_clear_pointer (&e->dataset, cjd_dataset_unref);
  g_string_free (e->remarks, TRUE);
  g_free (e->class_name);
  g_free (e->title);
  g_free (e->input);
}

static gboolean
write_bytes (const char *base, const char *ending, GBytes *bytes, GError **error)
{
  g_autofree char *path = g_strconcat (base, ending, NULL);

  return bytes != NULL
         && cjd_file_write (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error);
}

/* The module last: whoever finds it finds what it reads. */
static gboolean
write_files (CjlTorchExport *e, const char *base, GError **error)
{
  g_autoptr (GPtrArray) arrays = cjl_torch_make_arrays (e, error);
  g_autoptr (GBytes) samples = arrays != NULL ? cjd_npz_print (arrays, error) : NULL;
  g_autoptr (GBytes) weights = samples != NULL ? print_weights (e) : NULL;
  g_autofree char *text = weights != NULL ? print_module (e) : NULL;
  g_autoptr (GBytes) module = text != NULL ? g_bytes_new_static (text, strlen (text)) : NULL;

  return module != NULL && write_bytes (base, ".npz", samples, error)
         && write_bytes (base, ".safetensors", weights, error)
         && write_bytes (base, ".py", module, error);
}

/* A title may hold what ends a string of Python. */
static char *
make_title (const char *title)
{
  char *copy = g_strdelimit (g_strdup (title), "\"\\\n", ' ');

  return *g_strstrip (copy) != '\0' ? copy : (g_free (copy), g_strdup ("Network"));
}

static void
init (CjlTorchExport *e, CjlProject *project, const char *stem)
{
  *e = (CjlTorchExport){ .project = project, .stem = stem };
  e->title = make_title (project->title);
  e->class_name = make_class_name (project->title);
  e->pieces = g_ptr_array_new_with_free_func (g_free);
  e->flags = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  e->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  e->remarks = g_string_new (NULL);
  g_hash_table_insert (e->words, g_strdup ("CLASS"), g_strdup (e->class_name));
  g_hash_table_insert (e->words, g_strdup ("TITLE"), g_strdup (e->title));
}

static gboolean
save (CjlProject *project, const char *path, gconstpointer options, CjlExported *done,
      GError **error)
{
  static const char *const more[] = { ".safetensors", ".npz" };
  g_autofree char *base = g_strndup (path, strlen (path) - strlen (".py"));
  g_autofree char *stem = g_path_get_basename (base);
  CjlTorchExport e;
  gboolean good;

  (void) options;
  if (!check_rules (project, error))
    return FALSE;
  init (&e, project, stem);
  good = begin (&e, error) && cjl_torch_plan (&e, error) && cjl_torch_plan_data (&e, error)
         && cjl_torch_plan_training (&e, error) && write_files (&e, base, error);
  for (guint i = 0; good && i < G_N_ELEMENTS (more); i++)
    {
      g_autofree char *file = g_strconcat (base, more[i], NULL);

      cjl_exported_add (done, file);
    }
  if (good && e.remarks->len > 0)
    done->note = g_strdup (g_strchomp (e.remarks->str));
  clear (&e);
  return good;
}

extern const CjlFormat cjl_format_torch;

const CjlFormat cjl_format_torch = {
  .id = "torch",
  .title = N_ ("_PyTorch…"),
  .heading = N_ ("Export as PyTorch"),
  .blurb = N_ (
      "A module of Python that PyTorch runs: the network with its cards by name, its data and its "
      "training, also on several machines. The weights and samples stand beside it."),
  .files = { { ".py", N_ ("PyTorch module") } },
  .save = save,
};
