/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "cju-help-pages.h"

#include "cj-explainer.h"
#include "cj-neuron.h"
#include "cj-optimizer.h"
#include "cj-rule.h"
#include "cj-schedule.h"
#include "cjd-augment.h"
#include "cjd-reader.h"
#include "cjd-source.h"
#include "cju-dock.h"
#include "cju-help-guide.h"
#include "cju-palette.h"

#include <glib/gi18n-lib.h>
#include <string.h>

/* gettext ("") is the head of the catalogue, not an empty text. */
static const char *
translate (const char *text)
{
  return text != NULL && text[0] != '\0' ? _ (text) : "";
}

static void
add_text (GString *haystack, const char *text)
{
  g_string_append (haystack, text != NULL ? text : "");
  g_string_append_c (haystack, ' ');
}

/* Takes the id. */
static void
add (GPtrArray *pages, CjuHelpPage given)
{
  CjuHelpPage *page = g_memdup2 (&given, sizeof given);
  g_autoptr (GString) haystack = g_string_new (NULL);

  add_text (haystack, page->title);
  add_text (haystack, page->synonyms);
  add_text (haystack, translate (page->blurb));
  add_text (haystack, translate (page->biology));
  add_text (haystack, page->formula);
  for (const CjParam *p = page->params; p != NULL && p->name != NULL; p++)
    {
      add_text (haystack, translate (p->title));
      add_text (haystack, translate (p->blurb));
    }
  for (guint i = 0; page->paragraphs != NULL && page->paragraphs[i] != NULL; i++)
    {
      g_autofree char *plain = NULL;

      if (pango_parse_markup (translate (page->paragraphs[i]), -1, 0, NULL, &plain, NULL, NULL))
        add_text (haystack, plain);
      else /* with links, which are not pango's */
        add_text (haystack, translate (page->paragraphs[i]));
    }
  page->haystack = g_utf8_casefold (haystack->str, -1);
  g_ptr_array_add (pages, page);
}

static char *
join (const char *kind, const char *id)
{
  return g_strconcat (kind, "/", id, NULL);
}

static void
add_guide (GPtrArray *pages)
{
  for (const CjuHelpGuide *g = cju_help_guide; g->id != NULL; g++)
    add (pages, (CjuHelpPage){ .id = join ("guide", g->id),
                               .section = _ ("Guide"),
                               .title = _ (g->title),
                               .blurb = g->blurb,
                               .paragraphs = g->paragraphs });
}

static void
add_views (GPtrArray *pages)
{
  CjuDockView view;

  for (guint i = 0; cju_dock_describe (i, &view); i++)
    add (pages, (CjuHelpPage){ .id = join ("view", view.id),
                               .section = _ ("Views"),
                               .title = _ (view.title),
                               .blurb = view.blurb,
                               .formula = view.formula,
                               .source = view.source });
}

static int
compare (gconstpointer a, gconstpointer b)
{
  return cju_palette_compare (*(const CjLayerInfo *const *) a, *(const CjLayerInfo *const *) b);
}

static void
add_layers (GPtrArray *pages)
{
  g_autoptr (GPtrArray) layers = g_ptr_array_new ();

  for (const CjLayerInfo *const *l = cj_layers (); *l != NULL; l++)
    g_ptr_array_add (layers, (gpointer) *l);
  g_ptr_array_sort (layers, compare);
  for (guint i = 0; i < layers->len; i++)
    {
      const CjLayerInfo *l = layers->pdata[i];
      g_autofree char *category = cju_palette_dup_category (l);
      g_autofree char *section = g_strdup_printf (_ ("Layers: %s"), category);

      add (pages, (CjuHelpPage){ .id = join ("layer", l->id),
                                 .section = g_intern_string (section),
                                 .title = _ (l->title),
                                 .synonyms = l->synonyms,
                                 .blurb = l->blurb,
                                 .biology = l->biology,
                                 .formula = l->formula,
                                 .layer = l,
                                 .params = l->params });
    }
}

static void
add_neurons (GPtrArray *pages)
{
  for (const CjNeuronInfo *const *n = cj_neurons (); *n != NULL; n++)
    add (pages, (CjuHelpPage){ .id = join ("neuron", (*n)->id),
                               .section = _ ("Neurons"),
                               .title = _ ((*n)->title),
                               .blurb = (*n)->blurb,
                               .biology = (*n)->biology,
                               .formula = (*n)->formula,
                               .source = (*n)->source,
                               .params = (*n)->params });
}

static void
add_training (GPtrArray *pages)
{
  for (const CjOptimizerInfo *const *o = cj_optimizers (); *o != NULL; o++)
    add (pages, (CjuHelpPage){ .id = join ("optimizer", (*o)->id),
                               .section = _ ("Optimizers"),
                               .title = _ ((*o)->title),
                               .blurb = (*o)->blurb,
                               .formula = (*o)->formula,
                               .source = (*o)->source,
                               .params = (*o)->params });
  for (const CjScheduleInfo *const *s = cj_schedules (); *s != NULL; s++)
    add (pages, (CjuHelpPage){ .id = join ("schedule", (*s)->id),
                               .section = _ ("Schedules of the learning rate"),
                               .title = _ ((*s)->title),
                               .blurb = (*s)->blurb,
                               .formula = (*s)->formula,
                               .source = (*s)->source,
                               .params = (*s)->params });
  for (const CjRuleInfo *const *r = cj_rules (); *r != NULL; r++)
    {
      char **words = g_new0 (char *, 3); /* the pages stay for ever */

      words[0] = g_strdup_printf (_ ("Local: %s."), _ ((*r)->local));
      words[1] = g_strdup_printf (_ ("From elsewhere: %s."), _ ((*r)->distant));
      add (pages, (CjuHelpPage){ .id = join ("rule", (*r)->id),
                                 .section = _ ("Learning rules"),
                                 .title = _ ((*r)->title),
                                 .blurb = (*r)->blurb,
                                 .formula = (*r)->formula,
                                 .source = (*r)->source,
                                 .params = (*r)->params,
                                 .paragraphs = (const char *const *) words });
    }
}

static void
add_pruners (GPtrArray *pages)
{
  for (const CjPrunerInfo *const *p = cj_pruners (); *p != NULL; p++)
    add (pages, (CjuHelpPage){ .id = join ("pruner", (*p)->id),
                               .section = _ ("Pruning"),
                               .title = _ ((*p)->title),
                               .synonyms = "prune sparse mask lottery ticket RigL SET DEEP R SNIP",
                               .blurb = (*p)->blurb,
                               .formula = (*p)->formula,
                               .source = (*p)->source,
                               .params = cj_pruning_params });
}

/* What keeps earlier tasks, in the order of its parameter. */
static void
add_remedies (GPtrArray *pages)
{
  static const struct
  {
    const char *id, *title, *blurb, *formula, *source;
  } remedies[] = {
    { "ewc", N_ ("Elastic weight consolidation"),
      N_ ("Weights that an earlier task needs, as its Fisher information says, are held by springs "
          "where they were"),
      "L + λ/2 Σₜ Σᵢ Fₜᵢ (θᵢ − θₜᵢ)²; Fₜᵢ = E (∂ log p (y | x) / ∂θᵢ)² at the end of task t",
      "J. Kirkpatrick et al., “Overcoming catastrophic forgetting in neural networks”, PNAS 114 "
      "(2017)" },
    { "si", N_ ("Synaptic intelligence"),
      N_ ("Every weight adds up by how much the loss fell because of it, and is held the firmer "
          "the "
          "more that was"),
      "L + c Σᵢ Ωᵢ (θᵢ − θ̃ᵢ)²; Ωᵢ = Σₜ ωₜᵢ / (Δₜᵢ² + ξ); ωₜᵢ = −Σ gᵢ Δθᵢ over the steps of task t",
      "F. Zenke, B. Poole, S. Ganguli, “Continual learning through synaptic intelligence”, ICML "
      "(2017)" },
    { "replay", N_ ("Replay"),
      N_ ("A few samples of earlier tasks are kept and seen again among those of the task that is "
          "learned, as the hippocampus replays"),
      "batch = (1 − m) B of the task, m B of the memory; the memory has a share of all samples "
      "seen",
      "A. Robins, “Catastrophic forgetting, rehearsal and pseudorehearsal”, Connection Science 7 "
      "(1995); J. Vitter, “Random sampling with a reservoir”, ACM TOMS 11 (1985)" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (remedies); i++)
    add (pages, (CjuHelpPage){ .id = join ("remedy", remedies[i].id),
                               .section = _ ("Continual learning"),
                               .title = _ (remedies[i].title),
                               .synonyms = "forgetting lifelong tasks EWC SI rehearsal memory",
                               .blurb = remedies[i].blurb,
                               .formula = remedies[i].formula,
                               .source = remedies[i].source,
                               .params = cj_continual_params });
}

static void
add_explainers (GPtrArray *pages)
{
  for (const CjExplainerInfo *const *e = cj_explainers (); *e != NULL; e++)
    add (pages, (CjuHelpPage){ .id = join ("explainer", (*e)->id),
                               .section = _ ("Explainers"),
                               .title = _ ((*e)->title),
                               .blurb = (*e)->blurb,
                               .formula = _ ((*e)->formula),
                               .source = (*e)->source,
                               .params = (*e)->params });
}

static void
add_data (GPtrArray *pages)
{
  for (const CjdSourceInfo *const *s = cjd_sources (); *s != NULL; s++)
    add (pages, (CjuHelpPage){ .id = join ("source", (*s)->id),
                               .section = _ ("Data made on the spot"),
                               .title = _ ((*s)->title),
                               .blurb = (*s)->blurb,
                               .params = (*s)->params });
  for (const CjdReaderInfo *const *r = cjd_readers (); *r != NULL; r++)
    add (pages, (CjuHelpPage){ .id = join ("reader", (*r)->id),
                               .section = _ ("Data from files"),
                               .title = _ ((*r)->title),
                               .blurb = (*r)->blurb,
                               .params = cjd_read_params });
  for (const CjdAugmentInfo *const *a = cjd_augmentations (); *a != NULL; a++)
    add (pages, (CjuHelpPage){ .id = join ("augmentation", (*a)->id),
                               .section = _ ("Augmentation"),
                               .title = _ ((*a)->title),
                               .blurb = (*a)->blurb,
                               .formula = (*a)->formula,
                               .params = (*a)->params });
}

const GPtrArray *
cju_help_pages (void)
{
  static GPtrArray *pages; /* lives as long as the program */

  if (pages == NULL)
    {
      pages = g_ptr_array_new ();
      add_guide (pages);
      add_views (pages);
      add_layers (pages);
      add_neurons (pages);
      add_training (pages);
      add_pruners (pages);
      add_remedies (pages);
      add_explainers (pages);
      add_data (pages);
    }
  return pages;
}

const CjuHelpPage *
cju_help_find (const char *id)
{
  const GPtrArray *pages = cju_help_pages ();

  for (guint i = 0; id != NULL && i < pages->len; i++)
    if (g_str_equal (((const CjuHelpPage *) pages->pdata[i])->id, id))
      return pages->pdata[i];
  return NULL;
}

static char *
print_number (double value)
{
  return g_strdup_printf ("%'.10g", value);
}

static char *
print_words (const CjParam *param)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; param->choices != NULL && param->choices[i] != NULL; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", translate (param->choices[i]));
  return g_string_free (text, FALSE);
}

char *
cju_help_print_range (const CjParam *param)
{
  g_autofree char *min = print_number (param->min);
  g_autofree char *max = print_number (param->max);
  g_autofree char *soft_min = print_number (param->soft_min);
  g_autofree char *soft_max = print_number (param->soft_max);
  g_autofree char *preset = print_number (param->preset);
  g_autofree char *words = print_words (param);

  switch (param->kind)
    {
    case CJ_PARAM_BOOL:
      return g_strdup (param->preset != 0 ? _ ("On or off; preset on")
                                          : _ ("On or off; preset off"));
    case CJ_PARAM_CHOICE:
      return g_strdup_printf (_ ("One of %s; preset %s"), words,
                              translate (param->choices[(guint) param->preset]));
    case CJ_PARAM_TEXT:
      return param->text != NULL && param->text[0] != '\0'
                 ? g_strdup_printf (_ ("Text; preset “%s”"), param->text)
                 : g_strdup (_ ("Text; preset empty"));
    case CJ_PARAM_INT:
    case CJ_PARAM_FLOAT:
    case CJ_PARAM_PAIR:
    default:
      break;
    }
  if (words[0] != '\0')
    return g_strdup_printf (_ ("%s to %s, or %s"), min, max, words);
  if (param->soft_min != 0 || param->soft_max != 0)
    return g_strdup_printf (_ ("%s to %s, usually %s to %s; preset %s"), min, max, soft_min,
                            soft_max, preset);
  return g_strdup_printf (_ ("%s to %s; preset %s"), min, max, preset);
}
