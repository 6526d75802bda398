/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-transfer.h"

#include "cjl-transfer.h"

#include <glib/gi18n-lib.h>

/* What was done, or why not; says what is frozen now. */
static void
tell (CjuDocument *document, gboolean done, const GError *error)
{
  const CjLowered *lowered = cju_document_get_lowered (document);
  g_autofree char *text = NULL;

  if (done)
    text = cjl_transfer_print (cju_document_get_project (document)->graph, lowered);
  cju_document_notice (document, done ? text : error->message, done);
}

/* FALSE, and said, without data: what learns is not known. */
static gboolean
is_ready (CjuDocument *document)
{
  if (cju_document_get_lowered (document) != NULL)
    return TRUE;
  cju_document_notice (document, _ ("The data are still loading."), FALSE);
  return FALSE;
}

void
cju_transfer_freeze_up_to (CjuDocument *document, const char *node)
{
  CjlProject *project = cju_document_get_project (document);
  const guint revision = project->graph->revision;
  g_autoptr (GError) error = NULL;
  gboolean done;

  if (!is_ready (document))
    return;
  done = cjl_project_freeze_up_to (project, cju_document_get_lowered (document), node, &error);
  if (done && project->graph->revision == revision) /* it was so */
    cjl_project_unfreeze (project);
  tell (document, done, error);
}

static void
freeze_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));
  g_autoptr (GError) error = NULL;
  gboolean done = TRUE;

  (void) parameter;
  if (document == NULL || !is_ready (document))
    return;
  if (g_str_equal (name, "win.unfreeze"))
    cjl_project_unfreeze (cju_document_get_project (document));
  else
    done = cjl_project_freeze_all_but (cju_document_get_project (document),
                                       cju_document_get_lowered (document), 1, &error);
  tell (document, done, error);
}

/* Rates that fall by depth, or if they do already, are equal again. */
static void
rates_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));
  CjlProject *project;
  guint revision;
  gboolean fell;

  (void) name;
  (void) parameter;
  if (document == NULL || !is_ready (document))
    return;
  project = cju_document_get_project (document);
  revision = project->graph->revision;
  cjl_project_set_rates (project, cju_document_get_lowered (document), CJL_TRANSFER_FALL, NULL);
  fell = project->graph->revision != revision;
  if (!fell)
    cjl_project_set_rates (project, cju_document_get_lowered (document), 1, NULL);
  cju_document_notice (document,
                       fell ? _ ("Learning rates fall by 2.6 from layer to layer towards the data.")
                            : _ ("All layers learn at the rate of the run."),
                       TRUE);
}

static void
head_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  CjuDocument *document = cju_window_get_document (CJU_WINDOW (widget));
  CjlSession *session = document != NULL ? cju_document_get_session (document) : NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *names = NULL, *text = NULL;

  (void) name;
  (void) parameter;
  if (document == NULL)
    return;
  if (session == NULL)
    {
      cju_document_notice (document,
                           _ ("There are no weights yet that could be replaced: the data are still "
                              "loading, or the network cannot be trained as it is."),
                           FALSE);
      return;
    }
  if (cjl_session_renew_head (session, &names, &error))
    text = g_strdup_printf (/* Translators: %s is names of layers, as dense3 */
                            _ ("The last layer begins anew: %s."), names);
  cju_document_notice (document, text != NULL ? text : error->message, text != NULL);
}

GMenuModel *
cju_transfer_make_menu (void)
{
  GMenu *menu = g_menu_new ();

  g_menu_append (menu, _ ("_Freeze All but the Last Layer"), "win.freeze-body");
  g_menu_append (menu, _ ("_Unfreeze All"), "win.unfreeze");
  g_menu_append (menu, _ ("Begin the Last Layer _Anew"), "win.new-head");
  g_menu_append (menu, _ ("_Rates That Fall by Depth"), "win.rates-by-depth");
  return G_MENU_MODEL (menu);
}

void
cju_transfer_install (GtkWidgetClass *class)
{
  gtk_widget_class_install_action (class, "win.freeze-body", NULL, freeze_action);
  gtk_widget_class_install_action (class, "win.unfreeze", NULL, freeze_action);
  gtk_widget_class_install_action (class, "win.new-head", NULL, head_action);
  gtk_widget_class_install_action (class, "win.rates-by-depth", NULL, rates_action);
}
