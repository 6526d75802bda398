/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-problems.h"

#include "cju-access.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

struct _CjuProblems
{
  GtkWidget parent;
  CjuDocument *document;
  GtkWidget *stack, *list;
};

G_DEFINE_FINAL_TYPE (CjuProblems, cju_problems, GTK_TYPE_WIDGET)

/* What stopped the run comes first. */
static const CjProblem *
get_problem (CjuProblems *self, guint i)
{
  const CjLowered *lowered = cju_document_get_lowered (self->document);
  const CjProblem *failure = cju_document_get_failure (self->document);

  if (failure != NULL && i-- == 0)
    return failure;
  return lowered != NULL && i < lowered->problems->len ? lowered->problems->pdata[i] : NULL;
}

static void
on_mend (GtkButton *button, gpointer data)
{
  CjuProblems *self = data;
  const CjProblem *problem
      = get_problem (self, GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (button), "problem")));

  if (problem != NULL)
    cju_document_mend (self->document, problem);
}

static void
on_row (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  CjuProblems *self = data;
  const CjProblem *problem = get_problem (self, (guint) gtk_list_box_row_get_index (row));

  (void) list;
  if (problem != NULL && problem->node != NULL)
    cju_document_select (self->document, problem->node);
}

static GtkWidget *
make_row (CjuProblems *self, const CjProblem *problem, guint i)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 10);
  GtkWidget *icon = gtk_image_new_from_icon_name (
      problem->kind == CJ_PROBLEM_ERROR ? "dialog-error-symbolic" : "dialog-information-symbolic");
  GtkWidget *label = gtk_label_new (problem->sentence), *button;
  g_autofree char *words = cju_document_print_mend (self->document, problem);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  if (words != NULL)
    {
      button = gtk_button_new_with_label (words);
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      g_object_set_data (G_OBJECT (button), "problem", GUINT_TO_POINTER (i));
      g_signal_connect (button, "clicked", G_CALLBACK (on_mend), self);
      gtk_box_append (GTK_BOX (box), button);
    }
  return box;
}

void
cju_problems_update (CjuProblems *self)
{
  GtkWidget *row;
  guint n = 0;

  while ((row = gtk_widget_get_first_child (self->list)) != NULL)
    gtk_list_box_remove (GTK_LIST_BOX (self->list), row);
  for (const CjProblem *p; (p = get_problem (self, n)) != NULL; n++)
    gtk_list_box_append (GTK_LIST_BOX (self->list), make_row (self, p, n));
  gtk_stack_set_visible_child_name (GTK_STACK (self->stack), n > 0 ? "list" : "none");
}

static void
cju_problems_dispose (GObject *object)
{
  CjuProblems *self = CJU_PROBLEMS (object);

  g_clear_pointer (&self->stack, gtk_widget_unparent);
  g_clear_object (&self->document);
  G_OBJECT_CLASS (cju_problems_parent_class)->dispose (object);
}

static void
cju_problems_class_init (CjuProblemsClass *class)
{
  G_OBJECT_CLASS (class)->dispose = cju_problems_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (class), GTK_TYPE_BIN_LAYOUT);
}

static void
cju_problems_init (CjuProblems *self)
{
  GtkWidget *none = gtk_label_new (_ ("No problems: the network can be trained as it is drawn."));
  GtkWidget *scroller = gtk_scrolled_window_new ();

  gtk_widget_add_css_class (none, "dim-label");
  self->list = gtk_list_box_new ();
  gtk_list_box_set_selection_mode (GTK_LIST_BOX (self->list), GTK_SELECTION_NONE);
  cju_access_name (self->list, _ ("Problems"));
  g_signal_connect (self->list, "row-activated", G_CALLBACK (on_row), self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->list);
  self->stack = gtk_stack_new ();
  gtk_stack_add_named (GTK_STACK (self->stack), none, "none");
  gtk_stack_add_named (GTK_STACK (self->stack), scroller, "list");
  gtk_widget_set_parent (self->stack, GTK_WIDGET (self));
}

GtkWidget *
cju_problems_new (CjuDocument *document)
{
  CjuProblems *self = g_object_new (CJU_TYPE_PROBLEMS, NULL);

  self->document = g_object_ref (document);
  cju_problems_update (self);
  return GTK_WIDGET (self);
}
