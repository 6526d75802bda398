/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Published: E. Izhikevich (2004), figure 1: twenty ways to fire of one model with two variables. */
#include "cjl-card-tools.h"

#include "cj-firing.h"

#include <math.h>

static const CjlCardValue values[] = {
  { "patterns", "Firing patterns recognised", FALSE, 20, 20, 20 },
  { NULL },
};

static gboolean
run (CjlCardRun *run, guint64 seed, GError **error)
{
  const CjNeuronInfo *info = cj_neuron_find ("izhikevich");
  guint n = 0;

  (void) seed; /* nothing is drawn at random */
  (void) error;
  for (const CjFiringPattern *p = info->patterns; p->id != NULL; p++)
    {
      g_autoptr (CjNeuronTrace) trace = cj_neuron_run_pattern (info, p);

      n += cj_firing_is (p->id, trace);
    }
  cjl_card_run_set (run, "patterns", n);
  return TRUE;
}

const CjlResultCard cjl_card_izhikevich = {
  .abi = CJL_CARD_ABI,
  .size = sizeof (CjlResultCard),
  .version = 1,
  .experiment = {
    .id = "izhikevich",
    .title = "Twenty ways to fire",
    .category = CJL_CARD_CATEGORY,
    .blurb = "Two equations with four numbers fire in all twenty ways that cortical neurons are "
             "known to",
    .teaches = "Bursts, rebounds, adaptation and latency need no more than a second variable",
    .expected = "20 of 20",
  },
  .paper = "Izhikevich, 2004: Which model to use for cortical spiking neurons?, figure 1",
  .passes = "Each of the twenty is recognised by its features: how many spikes, in what groups and "
            "when",
  .values = values,
  .n_seeds = 1,
  .seconds = 1,
  .run = run,
};
