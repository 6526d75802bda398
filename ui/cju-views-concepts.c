/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a class leans on, of concepts that a person shows by classes, folders of pictures, and sets of
 * samples picked one by one. */
#include "cju-view-state.h"
#include "cju-view-tools.h"

#include "cju-access.h"
#include "cjl-concepts.h"

#include <glib/gi18n-lib.h>
#include <string.h>

typedef struct
{
  GtkWidget *target, *class, *own, *shown;
  CjdDataset *dataset; /* whose classes the lists have; for comparison only */
  GPtrArray *concepts; /* as of CjlConceptOptions */
  CjuViewJob job;
  CjlConcepts *answer;
} State;

static void
free_state (gpointer data)
{
  State *state = data;

  cju_view_job_clear (&state->job);
  g_clear_pointer (&state->answer, cjl_concepts_free);
  g_ptr_array_unref (state->concepts);
  g_free (state);
}

/* The name by which a class of the list is known; NULL if there is none. You free. */
static char *
get_class (CjuView *view, GtkWidget *list)
{
  const CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  const guint at = gtk_drop_down_get_selected (GTK_DROP_DOWN (list));

  if (dataset == NULL || at >= dataset->n_classes)
    return NULL;
  return dataset->class_names != NULL ? g_strdup (dataset->class_names[at])
                                      : g_strdup_printf ("%u", at);
}

/* How many samples a set of one's own has; 0: it is none. */
static guint
count_own (const char *concept)
{
  const char *at = g_path_is_absolute (concept) ? NULL : strchr (concept, '=');
  guint n = at != NULL;

  for (; at != NULL && *at != '\0'; at++)
    n += *at == ',';
  return n;
}

static char *
print_concept (const char *concept)
{
  const guint n = count_own (concept);

  if (n == 0)
    return g_path_get_basename (concept);
  /* Translators: a set of samples, and how many it has */
  return g_strdup_printf (_ ("%.*s (%u)"), (int) (strchr (concept, '=') - concept), concept, n);
}

static void
show_concepts (CjuView *view)
{
  State *state = cju_view_get_state (view);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < state->concepts->len; i++)
    {
      g_autofree char *name = print_concept (state->concepts->pdata[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name);
    }
  gtk_label_set_text (GTK_LABEL (state->shown), text->len > 0 ? text->str : _ ("no concept yet"));
  cju_access_tip (state->shown,
                  text->len > 0 ? text->str : _ ("Add a class, a folder, or samples"));
  gtk_widget_set_sensitive (state->job.start, state->concepts->len > 0);
}

/* Takes the name. */
static void
add_concept (CjuView *view, char *name)
{
  State *state = cju_view_get_state (view);

  if (name == NULL || state->concepts->len >= CJL_CONCEPTS_MAX
      || g_ptr_array_find_with_equal_func (state->concepts, name, g_str_equal, NULL))
    g_free (name);
  else
    g_ptr_array_add (state->concepts, name);
  show_concepts (view);
}

static void
on_add (CjuView *view)
{
  add_concept (view, get_class (view, ((State *) cju_view_get_state (view))->class));
}

/* Of one's own set, by its name: its place, or the end of the list. */
static guint
find_own (const State *state, const char *name)
{
  g_autofree char *begin = g_strconcat (name, "=", NULL);
  guint i = 0;

  while (i < state->concepts->len && !g_str_has_prefix (state->concepts->pdata[i], begin))
    i++;
  return i;
}

static gboolean
has_word (const char *list, const char *word)
{
  g_auto (GStrv) words = g_strsplit (strchr (list, '=') + 1, ",", 0);

  return g_strv_contains ((const char *const *) words, word);
}

/* The sample that is shown goes into the set that is named. */
static void
on_pick (CjuView *view)
{
  static const char *const splits[CJD_N_SPLITS] = { "train", "val", "test" };
  CjuDocument *document = cju_view_get_document (view);
  State *state = cju_view_get_state (view);
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (state->own)));
  g_autofree char *word = NULL;
  gsize sample;
  guint at;

  g_strstrip (g_strdelimit (name, "=,/", ' '));
  if (*name == '\0' || !cju_document_find_sample (document, &sample))
    {
      cju_view_tell (view, *name == '\0'
                               ? _ ("Give the set a name first: what its samples have in common.")
                               : _ ("Only samples of the data go into a set. Choose one of them."));
      return;
    }
  word = g_strdup_printf ("%s:%zu", splits[cju_document_get_split (document)],
                          cju_document_get_sample (document));
  at = find_own (state, name);
  if (at == state->concepts->len)
    add_concept (view, g_strconcat (name, "=", word, NULL));
  else if (!has_word (state->concepts->pdata[at], word))
    {
      char *more = g_strconcat (state->concepts->pdata[at], ",", word, NULL);

      g_free (state->concepts->pdata[at]);
      state->concepts->pdata[at] = more;
      show_concepts (view);
    }
}

static void
on_clear (CjuView *view)
{
  g_ptr_array_set_size (((State *) cju_view_get_state (view))->concepts, 0);
  show_concepts (view);
}

static void
on_answer (GtkNativeDialog *dialog, int response, gpointer data)
{
  CjuView *view = data;

  if (response == GTK_RESPONSE_ACCEPT && cju_view_get_state (view) != NULL)
    {
      g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (dialog));

      add_concept (view, g_file_get_path (file));
    }
  g_object_unref (dialog);
}

static void
on_folder (CjuView *view)
{
  GtkWidget *root = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (view)));
  GtkFileChooserNative *dialog = gtk_file_chooser_native_new (
      _ ("Folder of Pictures That Show a Concept"), GTK_WINDOW (root),
      GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, _ ("_Add"), _ ("_Cancel"));

  g_signal_connect_object (dialog, "response", G_CALLBACK (on_answer), view, 0);
  gtk_native_dialog_show (GTK_NATIVE_DIALOG (dialog));
}

static void
begin (CjuView *view)
{
  State *state = cju_view_get_state (view);
  g_autofree char *target = get_class (view, state->target);
  CjlNetwork *network = target != NULL ? cju_view_dup_network (view) : NULL;
  g_autofree const char **concepts = g_new0 (const char *, state->concepts->len + 1);
  CjlConceptOptions options;

  if (network == NULL)
    return;
  for (guint i = 0; i < state->concepts->len; i++)
    concepts[i] = state->concepts->pdata[i];
  cjl_concept_options_init (&options);
  options.concepts = concepts;
  options.target = target;
  cju_view_job_take (&state->job, cjl_concepts_start (network, &options));
}

/* Brings the lists of classes in step with the data. */
static void
follow_data (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjdDataset *dataset = cju_document_get_dataset (cju_view_get_document (view));
  g_autoptr (GtkStringList) list = NULL;

  if (dataset == state->dataset)
    return;
  state->dataset = dataset;
  list = gtk_string_list_new (NULL);
  for (guint k = 0; dataset != NULL && k < dataset->n_classes; k++)
    {
      g_autofree char *number = g_strdup_printf ("%u", k);

      gtk_string_list_append (list,
                              dataset->class_names != NULL ? dataset->class_names[k] : number);
    }
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->target), G_LIST_MODEL (list));
  gtk_drop_down_set_model (GTK_DROP_DOWN (state->class), G_LIST_MODEL (list));
  on_clear (view);
}

static void
tick (CjuView *view)
{
  State *state = cju_view_get_state (view);
  CjlConcepts *fresh;

  follow_data (view);
  fresh = cju_view_job_poll (&state->job, view);
  if (fresh == NULL)
    return;
  g_clear_pointer (&state->answer, cjl_concepts_free);
  state->answer = fresh;
  cju_view_refresh (view);
}

static CjvFrame *
make (CjuView *view)
{
  State *state = cju_view_get_state (view);

  /* what other data showed says nothing of this */
  if (state->answer != NULL
      && state->answer->dataset != cju_document_get_dataset (cju_view_get_document (view)))
    g_clear_pointer (&state->answer, cjl_concepts_free);
  return state->answer != NULL ? cjl_concepts_frame (state->answer) : NULL;
}

/* Folders are named without their place, which is nobody's business, and so do not come back. */
static void
save (CjuView *view, GVariantDict *controls)
{
  const State *state = cju_view_get_state (view);
  GVariantBuilder list;

  g_variant_builder_init (&list, G_VARIANT_TYPE ("av"));
  for (guint i = 0; i < state->concepts->len; i++)
    {
      g_autofree char *name = g_path_get_basename (state->concepts->pdata[i]);

      g_variant_builder_add (&list, "v", g_variant_new_string (name));
    }
  g_variant_dict_insert_value (controls, "concepts", g_variant_builder_end (&list));
}

static gboolean
is_class (const CjdDataset *dataset, const char *name)
{
  for (guint k = 0; k < dataset->n_classes; k++)
    {
      g_autofree char *number = g_strdup_printf ("%u", k);

      if (g_str_equal (dataset->class_names != NULL ? dataset->class_names[k] : number, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
load (CjuView *view, GVariant *controls)
{
  const State *state = cju_view_get_state (view);
  g_autoptr (GVariant) list = g_variant_lookup_value (controls, "concepts", G_VARIANT_TYPE ("av"));
  GVariantIter iter;
  GVariant *item;

  if (state->dataset == NULL)
    return FALSE;
  if (list == NULL)
    return TRUE;
  on_clear (view);
  g_variant_iter_init (&iter, list);
  while (g_variant_iter_next (&iter, "v", &item))
    {
      if (g_variant_is_of_type (item, G_VARIANT_TYPE_STRING)
          && (is_class (state->dataset, g_variant_get_string (item, NULL))
              || strchr (g_variant_get_string (item, NULL), '=') != NULL)) /* a set of samples */
        add_concept (view, g_variant_dup_string (item, NULL));
      g_variant_unref (item);
    }
  return TRUE;
}

static void
again (CjuView *view)
{
  if (((State *) cju_view_get_state (view))->concepts->len > 0)
    begin (view);
}

static void
add_button (CjuView *view, GtkWidget *box, const char *icon, const char *words,
            void (*clicked) (CjuView *view))
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  cju_access_tip (button, words);
  cju_access_name (button, words);
  gtk_widget_add_css_class (button, "flat");
  gtk_box_append (GTK_BOX (box), button);
  g_signal_connect_object (button, "clicked", G_CALLBACK (clicked), view, G_CONNECT_SWAPPED);
}

/* A name, and the button that puts the sample that is shown into the set of that name. */
static void
add_own (CjuView *view, State *state)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  state->own = gtk_entry_new ();
  gtk_entry_set_placeholder_text (GTK_ENTRY (state->own), _ ("A set of your own"));
  gtk_editable_set_width_chars (GTK_EDITABLE (state->own), 8);
  gtk_editable_set_max_width_chars (GTK_EDITABLE (state->own), 8);
  gtk_widget_set_hexpand (state->own, TRUE);
  cju_access_name (state->own, _ ("Name of a set of your own"));
  cju_access_tip (state->own,
                  _ ("Name what samples have in common, then choose one after the other "
                     "and add them"));
  gtk_box_append (GTK_BOX (box), state->own);
  add_button (view, box, "list-add-symbolic", _ ("Put the sample that is shown into this set"),
              on_pick);
  cju_view_add_control (view, box);
  g_signal_connect_object (state->own, "activate", G_CALLBACK (on_pick), view, G_CONNECT_SWAPPED);
}

static void
build (CjuView *view)
{
  static const char *const nothing[] = { NULL };
  State *state = g_new0 (State, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  cju_view_take_state (view, state, free_state);
  state->concepts = g_ptr_array_new_with_free_func (g_free);
  state->target = cju_view_add_list (view, nothing, _ ("Class that is asked about"));
  state->class = gtk_drop_down_new_from_strings (nothing);
  cju_access_tip (state->class, _ ("Class whose samples show a concept"));
  cju_access_name (state->class, _ ("Class whose samples show a concept"));
  gtk_widget_set_hexpand (state->class, TRUE);
  gtk_box_append (GTK_BOX (box), state->class);
  add_button (view, box, "list-add-symbolic", _ ("Add this class as a concept"), on_add);
  add_button (view, box, "folder-open-symbolic", _ ("Add a folder of pictures as a concept"),
              on_folder);
  add_button (view, box, "edit-clear-all-symbolic", _ ("Begin with no concept"), on_clear);
  cju_view_add_control (view, box);
  add_own (view, state);
  state->shown = gtk_label_new (NULL);
  gtk_label_set_ellipsize (GTK_LABEL (state->shown), PANGO_ELLIPSIZE_END);
  gtk_label_set_width_chars (GTK_LABEL (state->shown), 16);
  gtk_label_set_max_width_chars (GTK_LABEL (state->shown), 24);
  gtk_label_set_xalign (GTK_LABEL (state->shown), 0);
  gtk_widget_add_css_class (state->shown, "dim-label");
  cju_view_add_control (view, state->shown);
  cju_view_keep (view, "class", state->target, NULL);
  cju_view_job_build (&state->job, view, _ ("Ask"),
                      _ ("Test with these weights how much the class leans on the concepts"),
                      begin);
  show_concepts (view);
}

const CjuViewInfo cju_view_concepts = {
  .id = "concepts",
  .title = N_ ("Concepts"),
  .blurb
  = N_ ("How often what you show by examples, a class, a folder of pictures or a set of samples "
        "that you pick, speaks for a class, in every layer, and whether that is beyond "
        "chance"),
  .figure = "concepts",
  .belongs = cju_view_tells_classes,
  .make = make,
  .build = build,
  .tick = tick,
  .save = save,
  .load = load,
  .again = again,
  .formula
  = "S = ∇h · v, v from random samples to those of the concept; score: share of the class's "
    "samples with S > 0; p: Welch's t-test against vectors between random sets, two-sided",
  .source
  = "B. Kim et al., “Interpretability beyond feature attribution: quantitative testing with "
    "concept activation vectors (TCAV)” (2018)",
};
