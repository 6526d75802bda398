/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a card found: numbers and curves beside what was published, the verdict, and what it came from. */
#include "cjl-card-private.h"

#include "cjl-figure-file.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 720 /* px, of one panel */

void
cjl_card_result_free (CjlCardResult *self)
{
  g_clear_pointer (&self->plate, cjv_plate_free);
  g_clear_pointer (&self->record, g_variant_unref);
  g_clear_pointer (&self->project, cjl_project_unref);
  g_free (self->medians);
  g_free (self);
}

static int
compare_floats (const void *a, const void *b)
{
  const float x = *(const float *) a, y = *(const float *) b;

  return x < y ? -1 : x > y;
}

/* Of those that are numbers; NAN: none is. */
static double
get_median (const float *values, guint n)
{
  g_autofree float *sorted = g_new (float, n + 1);
  guint k = 0;

  for (guint i = 0; i < n; i++)
    if (!isnan (values[i]))
      sorted[k++] = values[i];
  qsort (sorted, k, sizeof *sorted, compare_floats);
  return k == 0 ? NAN : ((double) sorted[(k - 1) / 2] + sorted[k / 2]) / 2;
}

static gboolean
is_within (const CjlCardValue *value, double median)
{
  return median >= value->low && median <= value->high; /* NAN is not */
}

static CjTensor *
make_array (const float *numbers, CjShape shape)
{
  CjTensor *tensor = cj_tensor_new (CJ_FLOAT32, &shape);

  memcpy (tensor->data, numbers, cj_tensor_bytes (tensor));
  return tensor;
}

static void
put_values (CjvFrame *frame, const CjlCardRun *run)
{
  const CjlCardValue *values = run->card->values;
  g_autofree float *table = g_new (float, (gsize) run->n_values * 4);
  g_autofree const char **titles = g_new0 (const char *, run->n_values + 1);
  static const char *const names[] = { "published", "low", "high", "shares" };

  for (guint i = 0; i < run->n_values; i++)
    {
      titles[i] = _ (values[i].title);
      table[i] = (float) values[i].published;
      table[run->n_values + i] = (float) values[i].low;
      table[run->n_values * 2 + i] = (float) values[i].high;
      table[run->n_values * 3 + i] = values[i].share;
    }
  cjv_frame_take_array (frame, "measured",
                        make_array (run->measured, cj_shape2 (run->n_values, run->n_seeds)));
  for (guint k = 0; k < G_N_ELEMENTS (names); k++)
    cjv_frame_set_values (frame, names[k], table + k * run->n_values, run->n_values);
  cjv_frame_set_strings (frame, "values", titles);
}

static void
put_lines (CjvFrame *frame, const CjlCardRun *run)
{
  const CjlResultCard *card = run->card;
  const gint64 dims[] = { run->n_lines, run->n_seeds, card->n_points };
  g_autofree float *x = g_new (float, card->n_points + 1);
  g_autofree float *published = g_new (float, (gsize) run->n_lines * card->n_points + 1);
  g_autofree const char **titles = g_new0 (const char *, run->n_lines + 1);

  if (run->n_lines == 0)
    return;
  for (guint i = 0; i < card->n_points; i++)
    x[i] = (float) card->x[i];
  for (guint k = 0; k < run->n_lines; k++)
    {
      titles[k] = _ (card->lines[k].title);
      for (guint i = 0; i < card->n_points; i++)
        published[k * card->n_points + i]
            = card->lines[k].published != NULL ? (float) card->lines[k].published[i] : NAN;
    }
  cjv_frame_take_array (frame, "curves", make_array (run->curves, cj_shape (3, dims)));
  cjv_frame_take_array (frame, "published-curves",
                        make_array (published, cj_shape2 (run->n_lines, card->n_points)));
  cjv_frame_set_values (frame, "x", x, card->n_points);
  cjv_frame_set_axis_label (frame, "curves", 2, _ (card->x_title));
  cjv_frame_set_axis_label (frame, "curves", 0, _ (card->y_title));
  cjv_frame_set_scalar (frame, "curves-share", card->y_share);
  cjv_frame_set_strings (frame, "lines", titles);
}

/* "MNIST …, seeds 1 to 3, step 4690". */
static char *
print_provenance (const CjlCardRun *run, guint n_done)
{
  g_autofree char *data = run->dataset != NULL ? cjd_dataset_describe (run->dataset) : NULL;
  g_autofree char *seeds
      = n_done > 1 ? g_strdup_printf (_ ("seeds 1 to %u"), n_done) : g_strdup (_ ("seed 1"));

  if (data == NULL)
    return g_steal_pointer (&seeds);
  /* Translators: data set, “seeds 1 to 3”, step of training */
  return g_strdup_printf (_ ("%s; %s, step %llu"), data, seeds, (unsigned long long) run->step);
}

CjvFrame *
cjl_card_run_frame (const CjlCardRun *run, guint n_done, gboolean reproduced)
{
  CjvFrame *frame = cjv_frame_new ();
  g_autofree char *provenance = print_provenance (run, n_done);

  put_values (frame, run);
  put_lines (frame, run);
  cjv_frame_set_text (frame, "title", _ (run->card->experiment.title));
  cjv_frame_set_text (frame, "claim", _ (run->card->experiment.blurb));
  cjv_frame_set_text (frame, "source", run->card->paper);
  cjv_frame_set_scalar (frame, "seeds", run->n_seeds);
  cjv_frame_set_scalar (frame, "seeds-done", n_done);
  cjv_frame_set_scalar (frame, "reproduced", n_done < run->n_seeds ? NAN : reproduced);
  cjv_frame_set_provenance (frame, provenance);
  return cjv_frame_seal (frame);
}

static CjvPlate *
make_plate (CjlCardRun *run, const CjlCardResult *result)
{
  const CjvFigureInfo *info = cjv_figure_find ("card");
  CjvStyle style;
  CjvPlate *plate;
  CjvPanel *panel;

  cjv_style_init (&style, FALSE);
  style.scale = 2;
  plate = cjv_plate_new (&style, run->frame != NULL ? 2 * WIDTH : WIDTH, 0);
  plate->columns = run->frame != NULL ? 2 : 1;
  panel = cjv_plate_add (plate, info, cjl_card_run_frame (run, result->n_done, result->reproduced),
                         NULL);
  panel->ratio = (run->n_lines > 0 ? 0.52 : 0.12) + 0.055 * MIN (run->n_values, 12);
  if (run->frame != NULL)
    cjv_plate_add (plate, run->figure, cjv_frame_dup (run->frame), NULL)->ratio = panel->ratio;
  return plate;
}

/* Every value as "name": [of every seed]. */
static GVariant *
list_values (const CjlCardRun *run)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  for (guint i = 0; i < run->n_values; i++)
    {
      GVariantBuilder seeds;

      g_variant_builder_init (&seeds, G_VARIANT_TYPE ("av"));
      for (guint k = 0; k < run->n_seeds; k++)
        g_variant_builder_add (&seeds, "v",
                               g_variant_new_double ((double) run->measured[i * run->n_seeds + k]));
      g_variant_dict_insert_value (&dict, run->card->values[i].name,
                                   g_variant_builder_end (&seeds));
    }
  return g_variant_dict_end (&dict);
}

/* The choices that the bits depend on, or NULL. */
static const char *
find_plan (const CjlCardRun *run, CjlProject *project)
{
  const CjDataSpec spec = cjl_data_spec (run->dataset, project->setup->batch);
  g_autoptr (CjProgram) program
      = cj_program_new_sketch (project->graph, CJ_PURPOSE_TRAIN, &spec, run->n_threads, NULL);

  return program != NULL ? cj_program_get_plan (program) : NULL;
}

static GVariant *
make_record (const CjlCardRun *run, const CjlCardResult *result)
{
  CjlProject *project = run->first != NULL ? run->first : run->project;
  g_autoptr (GVariant) source
      = project != NULL ? cjl_source_new (project, (gint64) run->step) : NULL;
  g_autofree char *data = run->dataset != NULL ? cjd_dataset_describe (run->dataset) : NULL;
  const char *plan = project != NULL && run->dataset != NULL ? find_plan (run, project) : NULL;
  GVariantDict dict;

  g_variant_dict_init (&dict, source);
  if (source == NULL)
    {
      g_variant_dict_insert (&dict, "project", "s", run->card->experiment.title);
      g_variant_dict_insert (&dict, "cajal", "s", CAJAL_VERSION);
      g_variant_dict_insert (&dict, "seed", "x", (gint64) 1);
      g_variant_dict_insert (&dict, "step", "x", (gint64) 0);
    }
  g_variant_dict_insert (&dict, "card", "s", run->card->experiment.id);
  g_variant_dict_insert (&dict, "card-version", "x", (gint64) run->card->version);
  g_variant_dict_insert (&dict, "seeds", "x", (gint64) result->n_done);
  g_variant_dict_insert (&dict, "reproduced", "b", result->reproduced);
  g_variant_dict_insert_value (&dict, "values", list_values (run));
  if (data != NULL)
    g_variant_dict_insert (&dict, "data", "s", data);
  if (plan != NULL)
    g_variant_dict_insert (&dict, "plan", "s", plan);
  return g_variant_ref_sink (g_variant_dict_end (&dict));
}

CjlCardResult *
cjl_card_run_report (CjlCardRun *run, guint n_done)
{
  CjlCardResult *self = g_new0 (CjlCardResult, 1);

  self->card = run->card;
  self->n_done = n_done;
  self->n_seeds = run->n_seeds;
  self->seconds = (double) (g_get_monotonic_time () - run->begin) / G_USEC_PER_SEC;
  self->medians = g_new (double, run->n_values + 1);
  self->reproduced = n_done == run->n_seeds;
  for (guint i = 0; i < run->n_values; i++)
    {
      self->medians[i] = get_median (run->measured + i * run->n_seeds, run->n_seeds);
      self->reproduced = self->reproduced && is_within (&run->card->values[i], self->medians[i]);
    }
  self->plate = make_plate (run, self);
  if (n_done < run->n_seeds)
    return self;
  self->record = make_record (run, self);
  self->project = g_steal_pointer (&run->first);
  return self;
}
