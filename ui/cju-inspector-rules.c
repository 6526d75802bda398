/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The choices of the training that have values of their own: optimizer, schedule, learning rule; and what
 * a rule needs to know where. */
#include "cju-inspector-private.h"

#include "cju-access.h"
#include "cju-help.h"

#include <glib/gi18n-lib.h>

typedef struct
{
  const char *name;                   /* in the setup */
  const char *title;                  /* of the row */
  const char *(*get_id) (guint i);    /* NULL: there are no more */
  const char *(*get_title) (guint i); /* to be translated */
} Kind;

static const char *
get_optimizer_id (guint i)
{
  return cj_optimizers ()[i] != NULL ? cj_optimizers ()[i]->id : NULL;
}

static const char *
get_optimizer_title (guint i)
{
  return cj_optimizers ()[i]->title;
}

static const char *
get_schedule_id (guint i)
{
  return cj_schedules ()[i] != NULL ? cj_schedules ()[i]->id : NULL;
}

static const char *
get_schedule_title (guint i)
{
  return cj_schedules ()[i]->title;
}

static const char *
get_rule_id (guint i)
{
  return cj_rules ()[i] != NULL ? cj_rules ()[i]->id : NULL;
}

static const char *
get_rule_title (guint i)
{
  return cj_rules ()[i]->title;
}

static const Kind kinds[] = {
  { "rule", N_ ("Learning rule"), get_rule_id, get_rule_title },
  { "optimizer", N_ ("Optimizer"), get_optimizer_id, get_optimizer_title },
  { "schedule", N_ ("Schedule"), get_schedule_id, get_schedule_title },
};

static void
on_kind (GObject *object, GParamSpec *pspec, gpointer data)
{
  CjuInspector *self = data;
  const Kind *kind = g_object_get_data (object, "kind");

  (void) pspec;
  cjl_project_set (cju_document_get_project (self->document), kind->name,
                   kind->get_id (gtk_drop_down_get_selected (GTK_DROP_DOWN (object))), NULL);
}

static void
add_kind (CjuInspector *self, const Kind *kind, const CjTrainSetup *setup)
{
  GtkWidget *group = adw_preferences_group_new (), *row = adw_action_row_new ();
  GtkStringList *words = gtk_string_list_new (NULL);
  g_autofree char *chosen = cj_train_setup_print (setup, kind->name);
  GtkWidget *control;
  guint at = 0;

  for (guint i = 0; kind->get_id (i) != NULL; i++)
    {
      gtk_string_list_append (words, _ (kind->get_title (i)));
      if (g_str_equal (kind->get_id (i), chosen))
        at = i;
    }
  control = gtk_drop_down_new (G_LIST_MODEL (words), NULL);
  gtk_drop_down_set_selected (GTK_DROP_DOWN (control), at);
  gtk_widget_set_valign (control, GTK_ALIGN_CENTER);
  g_object_set_data (G_OBJECT (control), "kind", (gpointer) kind);
  cju_access_name (control, _ (kind->title));
  g_signal_connect (control, "notify::selected", G_CALLBACK (on_kind), self);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), _ (kind->title));
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), control);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), row);
  gtk_box_append (GTK_BOX (self->box), group);
}

/* What F1 on the group added last is about. */
static void
set_topic (CjuInspector *self, const char *kind, const char *id)
{
  g_autofree char *topic = g_strconcat (kind, id, NULL);

  cju_help_set_topic (gtk_widget_get_last_child (self->box), topic);
}

void
cju_inspector_show_rule (CjuInspector *self)
{
  const CjTrainSetup *setup = cju_document_get_project (self->document)->setup;
  const CjLearning learning = cj_train_setup_get_learning (setup);
  const CjNode *node = cju_document_get_selected (self->document);
  const CjRuleInfo *rule = node != NULL ? cj_rule_of_node (node, &learning) : setup->rule;
  g_autofree char *local = NULL, *distant = NULL, *text = NULL;

  if (self->rule_words == NULL)
    return;
  /* Translators: what a synapse knows where it is */
  local = g_strdup_printf (_ ("Local: %s."), _ (rule->local));
  /* Translators: what has to come to a synapse */
  distant = g_strdup_printf (_ ("From elsewhere: %s."), _ (rule->distant));
  text = g_strjoin ("\n", _ (rule->title), local, distant, NULL);
  gtk_label_set_text (GTK_LABEL (self->rule_words), text);
}

void
cju_inspector_add_rule_words (CjuInspector *self)
{
  g_set_weak_pointer (&self->rule_words, cju_inspector_add_label (self, "", "dim-label"));
  cju_inspector_show_rule (self);
}

void
cju_inspector_add_kinds (CjuInspector *self)
{
  const CjTrainSetup *setup = cju_document_get_project (self->document)->setup;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    add_kind (self, &kinds[i], setup);
  cju_inspector_add_table (self, _ (setup->rule->title), setup->rule->params, "rule.",
                           setup->rule_params);
  if (setup->rule->params != NULL)
    set_topic (self, "rule/", setup->rule->id);
  cju_inspector_add_rule_words (self);
  cju_inspector_add_table (self, _ (setup->optimizer->title), setup->optimizer->params,
                           "optimizer.", setup->optimizer_params);
  set_topic (self, "optimizer/", setup->optimizer->id);
  cju_inspector_add_table (self, _ (setup->schedule->title), setup->schedule->params, "schedule.",
                           setup->schedule_params);
  set_topic (self, "schedule/", setup->schedule->id);
  cju_inspector_add_table (self, _ ("Pruning"), cj_pruning_params, "pruning.", &setup->pruning);
  set_topic (self, "pruner/",
             setup->pruning.method > 0 ? cj_pruning_get_method (&setup->pruning)->id : "magnitude");
  cju_inspector_add_table (self, _ ("Continual learning"), cj_continual_params, "continual.",
                           &setup->continual);
  set_topic (self, setup->continual.remedy > 0 ? "remedy/" : "guide/",
             setup->continual.remedy > 0 ? cj_continual_params[0].choices[setup->continual.remedy]
                                         : "continual");
}
