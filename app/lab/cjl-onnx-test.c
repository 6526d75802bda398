/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cjl-onnx-test.h"

#include "cj-error.h"
#include "file.h"
#include "npz.h"
#include "tar.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#define MAX_FOLDERS 4 /* deep */
#define MAX_FILES 256 /* of one kind in a set */
#define MAX_ARCHIVE ((gsize) 1 << 30)

/* Where a case lies: in a folder, or among the files of an archive. */
typedef struct
{
  char *name;
  char *folder;      /* or NULL: */
  GPtrArray *pieces; /* of the archive; borrowed */
} Case;

static void
free_case (gpointer data)
{
  Case *c = data;

  g_free (c->name);
  g_free (c->folder);
  g_free (c);
}

typedef struct
{
  CjlOnnxLimit limit;
  CjlOnnxAnswer canvas;
  CjlOnnxReport report;
  gpointer data;
  CjlOnnxCount *count;
} Testing;

/* --- files --- */

/* The bytes of a file of the case; NULL without an error if it has none of that name. */
static GBytes *
read_file (const Case *c, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (c->folder != NULL ? c->folder : c->name, name, NULL);

  if (c->folder == NULL)
    return cjd_pieces_dup (c->pieces, path);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    return NULL;
  return cjd_file_read (path, CJD_ONNX_MAX_FILE, error);
}

static CjArray *
value_of_npy (const CjdNpyArray *array, GError **error)
{
  static const CjArrayType types[] = {
    [CJD_NPY_FLOAT16] = CJ_ARRAY_F16, [CJD_NPY_FLOAT32] = CJ_ARRAY_F32,
    [CJD_NPY_FLOAT64] = CJ_ARRAY_F64, [CJD_NPY_INT8] = CJ_ARRAY_I8,
    [CJD_NPY_INT16] = CJ_ARRAY_I16,   [CJD_NPY_INT32] = CJ_ARRAY_I32,
    [CJD_NPY_INT64] = CJ_ARRAY_I64,   [CJD_NPY_UINT16] = CJ_ARRAY_U16,
    [CJD_NPY_UINT32] = CJ_ARRAY_U32,  [CJD_NPY_UINT64] = CJ_ARRAY_U64,
    [CJD_NPY_UINT8] = CJ_ARRAY_U8,    [CJD_NPY_BOOL] = CJ_ARRAY_BOOL,
  };
  const CjDims dims = cj_dims (array->shape.n_dims, array->shape.dims);
  CjArray *value = cj_array_new (types[array->type], &dims, error);

  for (gint64 i = 0; value != NULL && i < value->size; i++)
    cj_array_set (value, i, cjd_npy_array_get (array, i));
  return value;
}

/* The value WORD_j of set k, of the kind of input or output j; NULL without an error if there is none. */
static CjArray *
read_value (const Case *c, guint k, const char *word, const GPtrArray *infos, guint j,
            GError **error)
{
  const CjdOnnxInfo *info = j < infos->len ? infos->pdata[j] : NULL;
  g_autofree char *pb = g_strdup_printf ("test_data_set_%u/%s_%u.pb", k, word, j);
  g_autofree char *npy = g_strdup_printf ("test_data_set_%u/%s_%u.npy", k, word, j);
  g_autoptr (CjdNpyArray) array = NULL;
  g_autoptr (GBytes) bytes = NULL;
  GError *own = NULL;
  CjArray *value = NULL;

  bytes = read_file (c, pb, &own);
  if (bytes != NULL)
    value = cjd_onnx_value_parse (bytes, info != NULL ? info->kind : CJD_ONNX_TENSOR, &own);
  else if (own == NULL && (bytes = read_file (c, npy, &own)) != NULL)
    {
      array = cjd_npy_parse (npy, bytes, &own);
      value = array != NULL ? value_of_npy (array, &own) : NULL;
    }
  if (own != NULL)
    g_propagate_prefixed_error (error, own, "%s_%u: ", word, j);
  return value;
}

static void
unref_value (gpointer value)
{
  cj_array_unref (value);
}

/* bfloat16 lies in the standard's own tests as the whole numbers that have its bits. */
static void
mend_type (CjArray *value, const GPtrArray *infos, guint j)
{
  const CjdOnnxInfo *info = j < infos->len ? infos->pdata[j] : NULL;

  if (info != NULL && info->has_type && info->type == CJ_ARRAY_BF16 && value->type == CJ_ARRAY_U16)
    value->type = CJ_ARRAY_BF16;
}

/* All inputs or outputs of a set; NULL on failure. */
static GPtrArray *
read_values (const Case *c, guint k, const char *word, const GPtrArray *infos, GError **error)
{
  g_autoptr (GPtrArray) values = g_ptr_array_new_with_free_func (unref_value);
  GError *own = NULL;

  for (guint j = 0; j < MAX_FILES; j++)
    {
      CjArray *value = read_value (c, k, word, infos, j, &own);

      if (own != NULL)
        {
          g_propagate_error (error, own);
          return NULL;
        }
      if (value == NULL)
        break;
      mend_type (value, infos, j);
      g_ptr_array_add (values, value);
    }
  return g_steal_pointer (&values);
}

/* --- comparing --- */

/* How one model does over all its sets. */
typedef struct
{
  CjlOnnxVerdict verdict;
  gboolean compared;
  double difference;
  char *note; /* of the first thing that is wrong */
} Outcome;

static void
fail (Outcome *outcome, char *note)
{
  if (outcome->verdict == CJL_ONNX_PASSED)
    {
      outcome->verdict = CJL_ONNX_FAILED;
      outcome->note = note;
    }
  else
    g_free (note);
}

/* Largest number that should be there, without infinities. */
static double
largest (const CjArray *value)
{
  double most = 0;

  for (gint64 i = 0; i < value->size; i++)
    {
      const double one = fabs (cj_array_get (value, i));

      most = isfinite (one) ? fmax (most, one) : most;
    }
  return most;
}

static void
compare_numbers (const CjArray *x, const CjArray *r, CjlOnnxLimit limit, guint j, Outcome *outcome)
{
  const double whole = 1e-4 * (1e-2 + largest (r));
  /* a bfloat16 has seven bits behind the first, and some cut where others round */
  const double relative = r->type == CJ_ARRAY_BF16 ? 1.0 / 128 : 1e-3;
  double worst = 0;
  gboolean within = TRUE;

  for (gint64 i = 0; i < r->size; i++)
    {
      const double a = cj_array_get (x, i), b = cj_array_get (r, i);
      const double away = a == b || (isnan (a) && isnan (b)) ? 0 : fabs (a - b);
      const double most = limit == CJL_ONNX_BY_TENSOR ? whole : 1e-5 + relative * fabs (b);

      within = within && (away == 0 || away <= most);
      worst = isnan (away) ? INFINITY : fmax (worst, away);
    }
  outcome->compared = TRUE;
  outcome->difference = fmax (outcome->difference, worst);
  if (!within)
    fail (outcome, g_strdup_printf (_ ("output %u differs by up to %.3g"), j, worst));
}

static void
compare_tensors (const CjArray *x, const CjArray *r, CjlOnnxLimit limit, guint j, Outcome *outcome)
{
  g_autofree char *is = cj_dims_print (&x->dims), *should = cj_dims_print (&r->dims);

  if (!cj_dims_equal (&x->dims, &r->dims))
    fail (outcome, g_strdup_printf (_ ("output %u is %s, not %s"), j, is, should));
  else if (limit == CJL_ONNX_BY_NUMBER && x->type != r->type)
    fail (outcome,
          g_strdup_printf (_ ("output %u is of type %s, not %s"), j,
                           cj_array_type_get_name (x->type), cj_array_type_get_name (r->type)));
  else
    compare_numbers (x, r, limit, j, outcome);
}

/* Tensors, or sequences item by item. */
static void
compare_values (const CjArray *x, const CjArray *r, CjlOnnxLimit limit, guint j, Outcome *outcome)
{
  const guint n = r->items != NULL ? r->items->len : 0;

  if ((x->items != NULL) != (r->items != NULL) || x->absent != r->absent
      || (x->items != NULL && x->items->len != n))
    fail (outcome,
          g_strdup_printf (_ ("output %u is another kind of value, or of another length"), j));
  else if (cj_array_is_tensor (r))
    compare_tensors (x, r, limit, j, outcome);
  for (guint i = 0; outcome->verdict == CJL_ONNX_PASSED && i < n; i++)
    compare_tensors (x->items->pdata[i], r->items->pdata[i], limit, j, outcome);
}

static void
compare (GPtrArray *results, GPtrArray *expected, CjlOnnxLimit limit, Outcome *outcome)
{
  if (results->len < expected->len)
    {
      fail (outcome,
            g_strdup_printf (_ ("%u outputs where %u should be"), results->len, expected->len));
      return;
    }
  for (guint j = 0; j < expected->len; j++)
    compare_values (results->pdata[j], expected->pdata[j], limit, j, outcome);
}

static GPtrArray *
answer (const CjdOnnx *model, CjArray *const *inputs, guint n_inputs, GError **error)
{
  return cjl_onnx_run (model, inputs, n_inputs, NULL, error);
}

/* One set; FALSE: there is none of that number. */
static gboolean
run_set (const Case *c, const CjdOnnx *model, guint k, CjlOnnxAnswer by, CjlOnnxLimit limit,
         Outcome *outcome)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) expected = read_values (c, k, "output", model->graph->outputs, &error);
  g_autoptr (GPtrArray) infos = cjl_onnx_list_inputs (model->graph), inputs = NULL, results = NULL;

  if (expected != NULL && expected->len == 0)
    return FALSE;
  inputs = expected != NULL ? read_values (c, k, "input", infos, &error) : NULL;
  if (inputs != NULL)
    results = by (model, (CjArray *const *) inputs->pdata, inputs->len, &error);
  if (results != NULL)
    compare (results, expected, limit, outcome);
  else
    {
      const gboolean misses = g_error_matches (error, CJ_ERROR, CJ_ERROR_PARAM);
      const CjdOnnxNode *node = model->graph->nodes->len > 0 ? model->graph->nodes->pdata[0] : NULL;

      g_assert (error != NULL);
      /* what cannot be read is for the operator that takes or makes it */
      if (misses && by == answer && (expected == NULL || inputs == NULL) && node != NULL)
        g_prefix_error (&error, "%s: ", node->op->op);
      fail (outcome, g_strdup (error->message));
      if (misses)
        outcome->verdict = CJL_ONNX_UNSUPPORTED;
    }
  return results != NULL;
}

static void
run_model (const Case *c, const CjdOnnx *model, CjlOnnxAnswer by, CjlOnnxLimit limit,
           Outcome *outcome)
{
  guint k = 0;

  while (k < MAX_FILES && run_set (c, model, k, by, limit, outcome))
    k++;
  if (k == 0 && outcome->verdict == CJL_ONNX_PASSED)
    fail (outcome, g_strdup (_ ("it has no test_data_set_0 with outputs")));
}

/* The operators of a model, once maps and the like pass its borders; else NULL. You free. */
static char *
find_others (const CjdOnnx *model)
{
  const GPtrArray *const lists[] = { model->graph->inputs, model->graph->outputs };
  const CjdOnnxNode *node = model->graph->nodes->len > 0 ? model->graph->nodes->pdata[0] : NULL;

  for (guint l = 0; l < 2; l++)
    for (guint i = 0; i < lists[l]->len; i++)
      if (((const CjdOnnxInfo *) lists[l]->pdata[i])->kind == CJD_ONNX_OTHER)
        return g_strdup_printf (_ ("%s of what is no tensor"), node != NULL ? node->op->op : "");
  return NULL;
}

static void
add_verdict (CjlOnnxCount *count, CjlOnnxVerdict verdict)
{
  count->n_passed += verdict == CJL_ONNX_PASSED;
  count->n_failed += verdict == CJL_ONNX_FAILED;
  count->n_unsupported += verdict == CJL_ONNX_UNSUPPORTED;
}

static void
run_case (const Testing *t, const Case *c)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = read_file (c, "model.onnx", &error);
  g_autoptr (CjdOnnx) model = NULL;
  g_autofree char *unknown = NULL;
  Outcome plain = { 0 }, canvas = { 0 };
  CjlOnnxRow row = { .name = c->name };

  model = bytes != NULL ? cjd_onnx_parse (bytes, c->folder, &error) : NULL;
  if (model == NULL)
    fail (&plain, g_strdup (error != NULL ? error->message : _ ("model.onnx cannot be read")));
  else if ((unknown = cjl_onnx_print_unknown (model)) != NULL
           || (unknown = find_others (model)) != NULL)
    plain = (Outcome){ .verdict = CJL_ONNX_UNSUPPORTED, .note = g_strdup (unknown) };
  else
    run_model (c, model, answer, t->limit, &plain);
  row.verdict = plain.verdict;
  row.compared = plain.compared;
  row.difference = plain.difference;
  row.note = plain.note;
  if (t->canvas != NULL && model != NULL && unknown == NULL)
    {
      run_model (c, model, t->canvas, t->limit, &canvas);
      row.on_canvas = TRUE;
      row.canvas_verdict = canvas.verdict;
      row.canvas_compared = canvas.compared;
      row.canvas_difference = canvas.difference;
      row.canvas_note = canvas.note;
    }
  add_verdict (&t->count[0], row.verdict);
  if (row.on_canvas)
    add_verdict (&t->count[1], row.canvas_verdict);
  t->report (&row, t->data);
  g_free (plain.note);
  g_free (canvas.note);
}

/* --- finding cases --- */

static void
add_case (GPtrArray *cases, const char *name, const char *folder, GPtrArray *pieces)
{
  Case *c = g_new0 (Case, 1);

  c->name = g_strdup (name);
  c->folder = g_strdup (folder);
  c->pieces = pieces;
  g_ptr_array_add (cases, c);
}

static int
compare_cases (gconstpointer a, gconstpointer b)
{
  const Case *const *x = a, *const *y = b;

  return strcmp ((*x)->name, (*y)->name);
}

static void
find_in_folder (const char *folder, const char *name, guint depth, GPtrArray *cases)
{
  g_autofree char *model = g_build_filename (folder, "model.onnx", NULL);
  g_autoptr (GDir) dir = NULL;
  const char *entry;

  if (g_file_test (model, G_FILE_TEST_IS_REGULAR))
    {
      g_autofree char *own = g_path_get_basename (folder);

      add_case (cases, *name != '\0' ? name : own, folder, NULL);
      return;
    }
  dir = depth < MAX_FOLDERS ? g_dir_open (folder, 0, NULL) : NULL;
  while (dir != NULL && (entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, entry, NULL);
      g_autofree char *below
          = *name != '\0' ? g_strconcat (name, "/", entry, NULL) : g_strdup (entry);

      if (g_file_test (path, G_FILE_TEST_IS_DIR))
        find_in_folder (path, below, depth + 1, cases);
    }
}

/* Cases in the archives of a folder; their files are kept in `archives`. */
static gboolean
find_in_archives (const char *folder, GPtrArray *archives, GPtrArray *cases, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *entry;

  if (dir == NULL)
    return FALSE;
  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, entry, NULL);
      GPtrArray *pieces;

      if (!g_str_has_suffix (entry, ".tar.gz"))
        continue;
      pieces = cjd_tar_load (path, MAX_ARCHIVE, error);
      if (pieces == NULL)
        return FALSE;
      g_ptr_array_add (archives, pieces);
      for (guint i = 0; i < pieces->len; i++)
        {
          const CjdPiece *piece = pieces->pdata[i];
          g_autofree char *base = g_path_get_basename (piece->name);
          g_autofree char *name = g_path_get_dirname (piece->name);

          if (g_str_equal (base, "model.onnx"))
            add_case (cases, name, NULL, pieces);
        }
    }
  return TRUE;
}

static void
unref_pieces (gpointer pieces)
{
  g_ptr_array_unref (pieces);
}

gboolean
cjl_onnx_test (const char *folder, CjlOnnxLimit limit, CjlOnnxAnswer canvas, CjlOnnxReport report,
               gpointer data, CjlOnnxCount count[2], GError **error)
{
  const Testing testing = { limit, canvas, report, data, count };
  g_autoptr (GPtrArray) archives = g_ptr_array_new_with_free_func (unref_pieces);
  g_autoptr (GPtrArray) cases = g_ptr_array_new_with_free_func (free_case);

  find_in_folder (folder, "", 0, cases);
  if (!find_in_archives (folder, archives, cases, error))
    return FALSE;
  if (cases->len == 0)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_FILE,
                   _ ("“%s” has no case in it: a folder with model.onnx and test_data_set_0"),
                   folder);
      return FALSE;
    }
  g_ptr_array_sort (cases, compare_cases);
  for (guint i = 0; i < cases->len; i++)
    run_case (&testing, cases->pdata[i]);
  return TRUE;
}
