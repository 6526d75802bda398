/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Result cards: each is whole; medians over seeds, the verdict and its record; partial results,
 * cancelling, and data that are not there. */
#include "cj-error.h"
#include "cjl-card.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

static void
test_whole (void)
{
  for (const CjlResultCard *const *c = cjl_cards (); *c != NULL; c++)
    {
      const CjlResultCard *card = *c;
      guint n = 0;

      g_test_message ("%s", card->experiment.id);
      g_assert_cmpuint (card->abi, ==, CJL_CARD_ABI);
      g_assert_cmpuint (card->size, ==, sizeof (CjlResultCard));
      g_assert_true (cjl_card_find (card->experiment.id) == card);
      g_assert_null (cjl_template_find (card->experiment.id));
      g_assert_cmpstr (card->experiment.category, ==, "Results");
      g_assert_nonnull (card->experiment.title);
      g_assert_nonnull (card->experiment.blurb);
      g_assert_nonnull (card->experiment.expected);
      g_assert_nonnull (card->experiment.teaches);
      g_assert_nonnull (card->paper);
      g_assert_nonnull (card->passes);
      g_assert_cmpuint (card->version, >=, 1);
      g_assert_cmpuint (card->n_seeds, >=, 1);
      g_assert_cmpfloat (card->seconds, >, 0);
      for (const CjlCardValue *v = card->values; v->name != NULL; v++, n++)
        {
          g_assert_cmpfloat (v->low, <=, v->high);
          g_assert_nonnull (v->title);
          for (const CjlCardValue *other = card->values; other < v; other++)
            g_assert_cmpstr (other->name, !=, v->name);
        }
      g_assert_cmpuint (n, >=, 1);
      for (guint i = 1; i < card->n_points; i++)
        g_assert_cmpfloat (card->x[i - 1], <, card->x[i]);
      g_assert_true (card->lines == NULL || (card->n_points >= 2 && card->x_title != NULL));
      /* a card of numbers alone needs no data; one with a network has made data or a folder */
      if (card->experiment.network != NULL)
        g_assert_true ((card->data_set != NULL) != (card->experiment.source != NULL));
    }
}

/* Measures seed² and, at three points, multiples of it. */
static gboolean
run_squares (CjlCardRun *run, guint64 seed, GError **error)
{
  (void) error;
  g_assert_null (cjl_card_run_get_project (run));
  cjl_card_run_set (run, "square", (double) (seed * seed));
  for (guint i = 0; i < 3; i++)
    cjl_card_run_set_point (run, "line", i, (double) (seed * i));
  cjl_card_run_progress (run, 1);
  return TRUE;
}

static const double points[] = { 0, 1, 2 }, papers[] = { 0, NAN, 6 };
static const CjlCardLine lines[] = { { "line", "line", papers }, { NULL } };

static CjlResultCard
make_squares (const CjlCardValue *values)
{
  return (CjlResultCard){
    .abi = CJL_CARD_ABI,
    .size = sizeof (CjlResultCard),
    .version = 1,
    .experiment = { .id = "squares",
                    .title = "Squares",
                    .category = CJL_CARD_CATEGORY,
                    .blurb = "Squares grow",
                    .expected = "9",
                    .teaches = "Growth" },
    .paper = "Euclid",
    .passes = "The median is 9",
    .values = values,
    .lines = lines,
    .x_title = "x",
    .y_title = "y",
    .x = points,
    .n_points = 3,
    .n_seeds = 5,
    .seconds = 1,
    .run = run_squares,
  };
}

static CjlCardResult *
run_to_end (const CjlResultCard *card, guint n_seeds)
{
  g_autoptr (CjlJob) job = cjl_card_start (card, NULL, n_seeds, 1);
  g_autoptr (GError) error = NULL;
  CjlCardResult *result;

  cjl_job_wait (job);
  error = cjl_job_dup_error (job);
  g_assert_no_error (error);
  g_assert_cmpfloat (cjl_job_get_progress (job), ==, 1);
  result = cjl_job_take_result (job);
  g_assert_nonnull (result);
  return result;
}

static void
test_medians (void)
{
  static const CjlCardValue values[] = { { "square", "Square", FALSE, 9, 8.5, 9.5 }, { NULL } };
  const CjlResultCard card = make_squares (values);
  g_autoptr (CjlCardResult) five = run_to_end (&card, 0), four = run_to_end (&card, 4);
  const CjvPanel *panel = five->plate->panels->pdata[0];
  gboolean reproduced = FALSE;
  const char *id = NULL;
  g_autofree char *csv = cjv_figure_print_csv (panel->info, panel->frame, NULL);

  g_test_message ("%s", csv);
  g_assert_cmpuint (five->n_done, ==, 5);
  g_assert_cmpfloat (five->medians[0], ==, 9); /* of 1 4 9 16 25 */
  g_assert_true (five->reproduced);
  g_assert_cmpfloat (four->medians[0], ==, 6.5); /* of 1 4 9 16 */
  g_assert_false (four->reproduced);
  g_assert_null (five->project);
  g_assert_true (g_variant_lookup (five->record, "reproduced", "b", &reproduced));
  g_assert_true (reproduced);
  g_assert_true (g_variant_lookup (five->record, "card", "&s", &id));
  g_assert_cmpstr (id, ==, "squares");
  /* name, x, published, low, high, median, least, most */
  g_assert_nonnull (strstr (csv, "\"Square\",nan,9,8.5,9.5,9,1,25"));
  g_assert_nonnull (strstr (csv, "\"line\",2,6,nan,nan,6,2,10"));
}

/* Never measures. */
static gboolean
run_nothing (CjlCardRun *run, guint64 seed, GError **error)
{
  (void) run;
  (void) seed;
  (void) error;
  return TRUE;
}

static void
test_nothing (void)
{
  static const CjlCardValue values[]
      = { { "square", "Square", FALSE, NAN, -INFINITY, INFINITY }, { NULL } };
  CjlResultCard card = make_squares (values);
  g_autoptr (CjlCardResult) result = NULL;

  card.run = run_nothing;
  result = run_to_end (&card, 1);
  g_assert_true (isnan (result->medians[0]));
  g_assert_false (result->reproduced); /* what was not measured is not reproduced */
}

static gboolean
run_for_ever (CjlCardRun *run, guint64 seed, GError **error)
{
  (void) error;
  cjl_card_run_set (run, "square", (double) seed);
  while (seed > 1 && !cjl_card_run_is_cancelled (run))
    g_usleep (1000);
  return TRUE;
}

static void
test_cancel (void)
{
  static const CjlCardValue values[]
      = { { "square", "Square", FALSE, NAN, -INFINITY, INFINITY }, { NULL } };
  CjlResultCard card = make_squares (values);
  g_autoptr (CjlJob) job = NULL;
  g_autoptr (CjlCardResult) partial = NULL, last = NULL;

  card.run = run_for_ever;
  job = cjl_card_start (&card, NULL, 3, 1);
  while (partial == NULL || partial->n_done < 1)
    {
      g_clear_pointer (&partial, cjl_card_result_free);
      partial = cjl_job_take_result (job);
    }
  g_assert_false (cjl_job_is_done (job));
  g_assert_false (partial->reproduced);
  cjl_job_cancel (job);
  cjl_job_wait (job);
  last = cjl_job_take_result (job);
  g_assert_nonnull (last);
  g_assert_cmpuint (last->n_done, ==, 1);
  g_assert_false (last->reproduced);
  g_assert_null (last->record);
}

/* Trains on made data; the project left is that of the first seed. */
static gboolean
run_blobs (CjlCardRun *run, guint64 seed, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_card_run_train (run, 0, 1, error);

  g_assert_no_error (*error);
  g_assert_nonnull (network);
  g_assert_cmpint (cjl_card_run_get_project (run)->setup->seed, ==, (int) seed);
  cjl_card_run_set (run, "square", network->weights->weights[0]);
  return TRUE;
}

static void
test_train (void)
{
  static const CjlCardValue values[]
      = { { "square", "Square", FALSE, NAN, -INFINITY, INFINITY }, { NULL } };
  CjlResultCard card = make_squares (values);
  g_autoptr (CjlCardResult) one = NULL, two = NULL;
  const char *hash = NULL, *plan = NULL, *again = NULL, *data = NULL;
  gint64 step = 0;

  card.run = run_blobs;
  card.experiment.source = "blobs";
  card.experiment.data = "samples=200 validation-share=0";
  card.experiment.network = "input, dense 2, cross-entropy";
  card.experiment.setup = "epochs=2 batch=10";
  one = run_to_end (&card, 2);
  two = run_to_end (&card, 2);
  g_assert_nonnull (one->project);
  g_assert_cmpint (one->project->setup->seed, ==, 1);
  g_assert_cmpuint (cjl_project_get_weights (one->project)->len, ==, 2);
  g_assert_true (g_variant_lookup (one->record, "sha256", "&s", &hash));
  g_assert_true (g_variant_lookup (two->record, "sha256", "&s", &again));
  g_assert_cmpstr (hash, ==, again); /* the same seed gives the same bits */
  g_assert_cmpfloat (one->medians[0], ==, two->medians[0]);
  g_assert_true (g_variant_lookup (one->record, "plan", "&s", &plan));
  g_assert_true (g_variant_lookup (one->record, "data", "&s", &data));
  g_assert_true (g_variant_lookup (one->record, "step", "x", &step));
  g_assert_cmpint (step, >, 0);
}

static void
test_no_data (void)
{
  static const CjlCardValue values[]
      = { { "square", "Square", FALSE, NAN, -INFINITY, INFINITY }, { NULL } };
  CjlResultCard card = make_squares (values);
  g_autofree char *empty = g_dir_make_tmp ("cajal-XXXXXX", NULL), *path = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (cjl_card_find_data (&card, empty, &error)); /* made data need no folder */
  g_assert_no_error (error);
  card.data_set = "mnist";
  path = cjl_card_find_data (&card, empty, &error);
  g_assert_null (path);
  g_assert_error (error, CJ_ERROR, CJ_ERROR_FILE);
  g_assert_nonnull (strstr (error->message, "MNIST"));
  g_assert_nonnull (strstr (error->message, empty));
  g_rmdir (empty);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/cards/whole", test_whole);
  g_test_add_func ("/lab/cards/medians", test_medians);
  g_test_add_func ("/lab/cards/nothing", test_nothing);
  g_test_add_func ("/lab/cards/cancel", test_cancel);
  g_test_add_func ("/lab/cards/train", test_train);
  g_test_add_func ("/lab/cards/no-data", test_no_data);
  return g_test_run ();
}
