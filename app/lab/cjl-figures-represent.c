/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Frames of figures about what layers make of many samples: maps, similarities. */
#include "cjl-figures-private.h"

#include "cj-error.h"
#include "cjl-concepts.h"
#include "cjl-embedding.h"
#include "cjl-layers-report.h"
#include "cjl-run.h"
#include "cjl-similarity.h"

#include <glib/gi18n-lib.h>

const char *
cjl_figure_find_hidden (const CjGraph *graph)
{
  g_autoptr (GPtrArray) order = cj_graph_sort (graph);
  const CjNode *last = NULL;

  for (guint i = 0; i < order->len; i++)
    {
      const CjNode *node = order->pdata[i];

      if (node->layer->role == CJ_ROLE_LOSS && node->from[0].node != NULL)
        last = node->from[0].node;
    }
  if (last != NULL && last->from[0].node != NULL
      && last->from[0].node->layer->role == CJ_ROLE_LAYER)
    last = last->from[0].node;
  return last != NULL ? last->id : NULL;
}

static void
refuse_method (const CjlFigureRequest *r, const char *known, GError **error)
{
  /* Translators: what was asked for, the id of a figure, and the ids that it knows */
  g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
               _ ("There is no method “%s” for figure “%s”. It has: %s."), r->choice->method, r->id,
               known);
}

/* The layer that was asked for, or one that tells much; NULL and an error if there is none. */
static const char *
choose_layer (const CjlFigureRequest *r, GError **error)
{
  const char *node
      = r->choice->node != NULL ? r->choice->node : cjl_figure_find_hidden (r->project->graph);

  if (node == NULL)
    g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("The network has no layer to look at."));
  else if (cj_graph_find (r->project->graph, node) == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_GRAPH, _ ("There is no layer “%s” in the network."),
                   node);
      return NULL;
    }
  return node;
}

/* The map of a layer: samples that it takes for alike lie near one another. */
CjvFrame *
cjl_figure_of_map (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlEmbedding) embedding = NULL;
  CjlEmbedOptions options;

  cjl_embed_options_init (&options);
  options.node = choose_layer (r, error);
  options.split = r->choice->split;
  if (r->choice->n_samples > 0)
    options.n_samples = (guint) MIN (r->choice->n_samples, CJL_EMBED_MAX);
  if (options.node == NULL)
    return NULL;
  if (r->choice->method != NULL && !cjl_embed_parse (r->choice->method, &options, error))
    return NULL;
  embedding = cjl_embed_project (r->project, r->dataset, &options, error);
  return embedding != NULL ? cjl_embedding_frame (embedding, G_MAXSIZE) : NULL;
}

/* What is compared, by what was named. */
static CjlCompare
choose_way (const CjlFigureRequest *r)
{
  const CjlFigureChoice *c = r->choice;

  if (g_str_equal (r->id, "dissimilarity"))
    return c->other != NULL  ? CJL_COMPARE_SAMPLES_OTHER
           : c->run          ? CJL_COMPARE_SAMPLES_RUN
           : c->node != NULL ? CJL_COMPARE_SAMPLES
                             : CJL_COMPARE_SAMPLES_LAYERS;
  if (c->other != NULL || !c->run)
    return c->other != NULL ? CJL_COMPARE_OTHER : CJL_COMPARE_LAYERS;
  return c->node != NULL ? CJL_COMPARE_MOMENTS : CJL_COMPARE_RUN;
}

static gboolean
choose_kind (const CjlFigureRequest *r, CjlSimilarityOptions *options, GError **error)
{
  const gboolean samples = (cjl_compare_get_needs (options->with) & CJL_NEEDS_SAMPLES) != 0;

  if (r->choice->method == NULL
      || (samples ? cjl_pair_find_kind (r->choice->method, &options->pair)
                  : cjl_similarity_find_kind (r->choice->method, &options->kind)))
    return TRUE;
  refuse_method (r, samples ? "correlation, euclidean, similarity" : "cka, cka-unbiased, rsa",
                 error);
  return FALSE;
}

/* The network at the end of its run, which the project's weights, the best ones, need not be; NULL if
 * nothing of it is kept. */
static CjlNetwork *
find_end (const CjlFigureRequest *r, const CjRunLog *log, CjRing *ring)
{
  g_autoptr (GPtrArray) all
      = ring != NULL ? cjl_network_list_run (log, ring, r->dataset, G_MAXUINT64, CJ_RING_MAX)
                     : NULL;

  return all != NULL && all->len > 0 ? g_ptr_array_steal_index (all, all->len - 1) : NULL;
}

CjvFrame *
cjl_figure_of_similarity (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlNetwork) network = NULL;
  g_autoptr (CjlSimilarity) similarity = NULL;
  g_autoptr (CjRunLog) log = NULL;
  g_autoptr (CjRing) ring = NULL;
  GError *local = NULL;
  CjlSimilarityOptions options;
  CjlCompareNeeds needs;

  cjl_similarity_options_init (&options);
  options.split = r->choice->split;
  options.other = r->choice->other;
  if (r->choice->n_samples > 0)
    options.n_samples = (guint) MIN (r->choice->n_samples, CJL_SIMILARITY_MAX);
  options.with = choose_way (r);
  needs = cjl_compare_get_needs (options.with);
  if (!choose_kind (r, &options, error)
      || ((needs & CJL_NEEDS_NODE) && (options.node = choose_layer (r, error)) == NULL))
    return NULL;
  if ((needs & CJL_NEEDS_RUN) && !cjl_run_load (r->project, &log, &ring, &local) && local != NULL)
    {
      g_propagate_error (error, local);
      return NULL;
    }
  network = find_end (r, log, ring);
  if (network == NULL)
    network = cjl_network_new_project (r->project, r->dataset, error);
  if (network == NULL)
    return NULL;
  similarity = cjl_similarity_measure (network, log, ring, &options, error);
  return similarity != NULL ? cjl_similarity_frame (similarity) : NULL;
}

CjvFrame *
cjl_figure_of_layers (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlNetwork) network = cjl_network_new_project (r->project, r->dataset, error);
  g_autoptr (CjlLayersReport) report
      = network != NULL ? cjl_layers_report_measure (network, error) : NULL;

  return report != NULL ? cjl_layers_report_frame (report) : NULL;
}

CjvFrame *
cjl_figure_of_concepts (const CjlFigureRequest *r, GError **error)
{
  g_autoptr (CjlNetwork) network = NULL;
  g_autoptr (CjlConcepts) concepts = NULL;
  CjlConceptOptions options;

  cjl_concept_options_init (&options);
  options.concepts = r->choice->concepts;
  options.target = r->choice->target;
  if (options.concepts == NULL || options.target == NULL)
    {
      g_set_error (error, CJ_ERROR, CJ_ERROR_PARAM,
                   _ ("Name a class with --class, and with --concept a folder of pictures or a "
                      "class of the data."));
      return NULL;
    }
  network = cjl_network_new_project (r->project, r->dataset, error);
  concepts = network != NULL ? cjl_concepts_measure (network, &options, error) : NULL;
  return concepts != NULL ? cjl_concepts_frame (concepts) : NULL;
}
