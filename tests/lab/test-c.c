/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Networks as C: the calls are run here as the C would run, and, with -m slow, the texts are compiled with strict
 * warnings and run under the sanitizers; both are compared with the program that answers. */
#include "cj-error.h"
#include "cjl-template.h"
#include "run-c.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#define LARGEST (3 << 20) /* bytes of a source that is compiled here */
#define SAMPLES 3

/* The data of a template; those of the one before, if they are the same. You unref. */
static CjdDataset *
load_data (const CjlProject *project)
{
  static CjdDataset *base;
  static CjlDataChoice choice;
  GError *error = NULL;
  CjdDataset *dataset;

  if (base == NULL || !cjl_data_choice_same_base (&choice, &project->data))
    {
      g_clear_pointer (&base, cjd_dataset_unref);
      cjl_data_choice_clear (&choice);
      choice = cjl_data_choice_copy (&project->data);
      base = cjl_data_load_base (&choice, &error);
      g_assert_no_error (error);
    }
  dataset = cjl_data_dress (base, &project->data, &error);
  g_assert_no_error (error);
  return dataset;
}

static CjlProject *
make_project (const char *id, CjdDataset **dataset)
{
  g_autoptr (CjlProject) project = cjl_template_make (cjl_template_find (id), NULL);

  *dataset = load_data (project);
  return run_c_make (project, *dataset);
}

/* --- the text --- */

static const char main_text[]
    = "#include \"net.h\"\n#include <stdint.h>\n#include <stdio.h>\n"
      "static NUMBER x[NET_INPUT_SIZE];\nstatic float y[NET_OUTPUT_SIZE];\n"
      "static float arena[(NET_ARENA_BYTES + 3) / 4];\n"
      "int\nmain (void)\n{\n"
      "  while (fread (x, sizeof x, 1, stdin) == 1)\n"
      "    {\n      net_run (x, y, arena);\n      fwrite (y, sizeof y, 1, stdout);\n    }\n"
      "  return 0;\n}\n";

static void
run (const char *folder, const char *line)
{
  g_autofree char *command = g_strdup_printf ("cd '%s' && %s", folder, line), *said = NULL;
  const char *const argv[] = { "sh", "-c", command, NULL };
  int status = 0;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL,
                               &said, &status, NULL));
  if (status != 0)
    g_test_message ("%s: %s", line, said);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpstr (said, ==, "");
}

/* Compiles it and gives it the samples; its answers. */
static float *
run_text (const CjlC *c, const float *x)
{
  g_autofree char *folder = g_dir_make_tmp ("cajal-c-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "net.c", NULL);
  g_autofree char *program = g_build_filename (folder, "main.c", NULL);
  g_autofree char *in = g_build_filename (folder, "in", NULL);
  g_autofree char *out = g_build_filename (folder, "out", NULL), *clean = NULL;
  char *answers = NULL;
  gsize size = 0;
  GError *error = NULL;

  g_assert_true (cjl_c_save (c, path, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (program, main_text, -1, NULL));
  g_assert_true (
      g_file_set_contents (in, (const char *) x,
                           (gssize) (sizeof (float) * SAMPLES * (gsize) cjl_c_get_n_in (c)), NULL));
  run (folder, "cc -std=c11 -Wall -Wextra -pedantic -Wconversion -Werror -O1 -c net.c");
  run (folder,
       cjl_c_buffer (c, c->input)->type == CJL_C_INT32
           ? "cc -DNUMBER=int32_t -fsanitize=address,undefined -fno-sanitize-recover=all "
             "main.c net.c -lm -o net"
           : "cc -DNUMBER=float -fsanitize=address,undefined -fno-sanitize-recover=all main.c "
             "net.c -lm -o net");
  run (folder, "./net <in >out");
  g_assert_true (g_file_get_contents (out, &answers, &size, NULL));
  g_assert_cmpuint (size, ==, sizeof (float) * SAMPLES * (gsize) cjl_c_get_n_out (c));
  clean = g_strdup_printf ("rm -r '%s'", folder);
  run ("/", clean);
  return (float *) (void *) answers;
}

static void
check (CjlProject *project, CjdDataset *dataset, const CjlC *c)
{
  const gint64 n = cjl_c_get_n_in (c), k = cjl_c_get_n_out (c);
  g_autofree float *x = g_new (float, SAMPLES *n), *answer = g_new (float, SAMPLES *k);
  g_autofree float *got = g_new (float, k), *said = NULL;
  g_autofree char *source = cjl_c_print_source (c, "net");
  g_autoptr (CjProgram) program = run_c_compile (c, project);

  for (guint i = 0; i < SAMPLES; i++)
    {
      run_c_ask (c, program, dataset, i, x + i * n, answer + i * k);
      cjl_c_run (c, x + i * n, got);
      g_assert_cmpfloat (run_c_compare (answer + i * k, got, k), <, 1e-5);
    }
  if (!g_test_slow () || strlen (source) > LARGEST)
    return;
  said = run_text (c, x);
  g_assert_cmpfloat (run_c_compare (answer, said, SAMPLES * k), <, 1e-5);
}

static void
test_template (gconstpointer data)
{
  const CjlCOptions options = { FALSE };
  g_autoptr (CjdDataset) dataset = NULL;
  g_autoptr (CjlProject) project = make_project (data, &dataset);
  GError *error = NULL;
  g_autoptr (CjlC) c = cjl_c_new (project, &options, &error);

  /* their answers are not the same twice */
  if (g_str_equal (data, "digits-without-teacher") || g_str_equal (data, "open-channels"))
    {
      g_assert_error (error, CJ_ERROR, CJ_ERROR_GRAPH);
      g_assert_nonnull (strstr (error->message, "by chance"));
      g_error_free (error);
      return;
    }
  g_assert_no_error (error);
  check (project, dataset, c);
}

/* What the texts say of shapes is what the compiler says. */
static void
test_shapes (void)
{
  guint n;
  const CjlCKernel *kernels = cjl_c_kernels (&n);

  for (guint i = 0; i < n; i++)
    {
      g_assert_true (cjl_c_text_has (kernels[i].name));
      for (guint k = 0; k < CJL_C_SHAPES && kernels[i].shapes[k] != NULL; k++)
        g_assert_cmpuint (cjl_c_text_get_size (kernels[i].shapes[k]), ==, kernels[i].sizes[k]);
    }
}

/* What is looked at where there is little time. */
static const char *const quick[]
    = { "lenet-5", "playground", "evidence", "char-gpt", "lstm", "open-channels", NULL };

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/lab/c/shapes", test_shapes);
  for (const CjlTemplate *t = cjl_templates (); t->id != NULL; t++)
    {
      g_autofree char *path = g_strdup_printf ("/lab/c/template/%s", t->id);

      if (!g_test_slow () && !g_strv_contains (quick, t->id))
        continue;
      g_test_add_data_func (path, t->id, test_template);
    }
  return g_test_run ();
}
