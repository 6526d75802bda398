/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A recursive descent parser; numbers are put together while it reads. */
#include "cj-formula-private.h"

#include "cj-error.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define NONE (-1)

typedef struct
{
  const char *text, *at;
  CjFormula *formula;
  GError **error;
  guint depth;
} Parser;

static const char *const inputs[] = { "x", "y", "z" };
static const char *const axes[] = { "channel", "space", "time", "all" }; /* as CjAlong */
static const char *const words[] = { "where", "per", "channel", "unit", "space", "time", "all" };

/* --- mistakes --- */

static guint
column_of (const Parser *p, const char *at)
{
  return (guint) g_utf8_pointer_to_offset (p->text, at) + 1;
}

/* The first mistake counts. Always NONE. */
G_GNUC_PRINTF (3, 4)
static int
fail (Parser *p, guint column, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  if (p->error != NULL && *p->error == NULL)
    g_set_error (p->error, CJ_ERROR, CJ_ERROR_PARAM, _ ("column %u: %s"), column, sentence);
  return NONE;
}

/* --- words --- */

static void
skip (Parser *p)
{
  while (g_ascii_isspace (*p->at))
    p->at++;
}

/* Signs that people paste count as the plain ones. */
static char
peek (Parser *p, gsize *length)
{
  static const struct
  {
    const char *sign;
    char means;
  } signs[] = { { "·", '*' }, { "×", '*' }, { "−", '-' }, { "÷", '/' } };

  skip (p);
  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    if (g_str_has_prefix (p->at, signs[i].sign))
      {
        *length = strlen (signs[i].sign);
        return signs[i].means;
      }
  *length = *p->at != '\0' ? 1 : 0;
  if (p->at[0] == '*' && p->at[1] == '*')
    {
      *length = 2;
      return '^';
    }
  return *p->at;
}

static gboolean
take (Parser *p, char sign)
{
  gsize length;

  if (peek (p, &length) != sign)
    return FALSE;
  p->at += length;
  return TRUE;
}

static gboolean
is_letter (char c)
{
  return g_ascii_isalpha (c) || c == '_';
}

/* Reads a name into `name`; FALSE and no mistake if there is none. */
static gboolean
take_name (Parser *p, char *name)
{
  gsize n = 0;

  skip (p);
  if (!is_letter (*p->at))
    return FALSE;
  while (is_letter (p->at[n]) || g_ascii_isdigit (p->at[n]))
    n++;
  if (n >= CJ_FORMULA_MAX_NAME)
    {
      fail (p, column_of (p, p->at), _ ("this name is too long. Use at most %d letters."),
            CJ_FORMULA_MAX_NAME - 1);
      return FALSE;
    }
  memcpy (name, p->at, n);
  name[n] = '\0';
  p->at += n;
  return TRUE;
}

/* Whether this word comes next; it is taken then. */
static gboolean
take_word (Parser *p, const char *word)
{
  const gsize n = strlen (word);

  skip (p);
  if (!g_str_has_prefix (p->at, word) || is_letter (p->at[n]) || g_ascii_isdigit (p->at[n]))
    return FALSE;
  p->at += n;
  return TRUE;
}

static const char *
end_of_number (const char *at)
{
  while (g_ascii_isdigit (*at))
    at++;
  if (*at == '.')
    at++;
  while (g_ascii_isdigit (*at))
    at++;
  if (*at == 'e' || *at == 'E')
    {
      const char *digits = at + (at[1] == '-' || at[1] == '+' ? 2 : 1);

      if (g_ascii_isdigit (*digits))
        for (at = digits; g_ascii_isdigit (*at);)
          at++;
    }
  return at;
}

static gboolean
at_number (const Parser *p)
{
  return g_ascii_isdigit (p->at[0]) || (p->at[0] == '.' && g_ascii_isdigit (p->at[1]));
}

static double
take_number (Parser *p)
{
  const char *end = end_of_number (p->at);
  g_autofree char *digits = g_strndup (p->at, (gsize) (end - p->at));

  p->at = end;
  return g_ascii_strtod (digits, NULL);
}

/* What stands here, to be quoted. You free. */
static char *
dup_here (Parser *p)
{
  skip (p);
  return *p->at == '\0'
             ? g_strdup (_ ("the end"))
             : g_strdup_printf ("“%.*s”", (int) (g_utf8_next_char (p->at) - p->at), p->at);
}

/* --- terms --- */

/* Wherever they stand. */
static gboolean
is_same (const CjTerm *s, const CjTerm *t)
{
  return s->kind == t->kind && s->a == t->a && s->b == t->b && s->index == t->index
         && s->number == t->number && s->unary.kind == t->unary.kind && s->unary.a == t->unary.a
         && s->unary.b == t->unary.b && s->binary == t->binary && s->reduce == t->reduce
         && s->log == t->log && s->along == t->along;
}

static int
add (Parser *p, CjTerm term)
{
  CjFormula *f = p->formula;

  for (guint i = 0; i < f->n_terms; i++)
    if (is_same (&f->terms[i], &term))
      return (int) i;
  if (f->n_terms == CJ_FORMULA_MAX_TERMS)
    return fail (p, term.column, _ ("the formula is too long. Split it over two cards."));
  f->terms[f->n_terms] = term;
  return (int) f->n_terms++;
}

static CjTerm
make (CjTermKind kind, guint column)
{
  return (CjTerm){ .kind = kind, .a = NONE, .b = NONE, .column = column };
}

static int
add_number (Parser *p, double number, guint column)
{
  CjTerm term = make (CJ_TERM_NUMBER, column);

  if (!isfinite (number))
    return fail (p, column, _ ("this is no finite number. Change it."));
  term.number = number;
  return add (p, term);
}

/* The number that a term is, or NULL. */
static const double *
get_number (const Parser *p, int term)
{
  const CjTerm *t = &p->formula->terms[term];

  return t->kind == CJ_TERM_NUMBER ? &t->number : NULL;
}

static int
add_unary (Parser *p, CjUnaryKind kind, double a, double b, int of, guint column)
{
  CjTerm term = make (CJ_TERM_UNARY, column);

  term.unary = (CjUnaryAttrs){ kind, a, b };
  term.a = of;
  term.of_input = p->formula->terms[of].of_input;
  return add (p, term);
}

static double
combine (CjBinaryKind kind, double a, double b)
{
  switch (kind)
    {
    case CJ_BINARY_ADD:
      return a + b;
    case CJ_BINARY_SUBTRACT:
      return a - b;
    case CJ_BINARY_MULTIPLY:
      return a * b;
    case CJ_BINARY_DIVIDE:
      return a / b;
    case CJ_BINARY_MAXIMUM:
      return MAX (a, b);
    case CJ_BINARY_MINIMUM:
      return MIN (a, b);
    case CJ_BINARY_POWER:
      return pow (a, b);
    }
  return NAN;
}

static int
add_binary (Parser *p, CjBinaryKind kind, int a, int b, guint column)
{
  CjTerm term = make (CJ_TERM_BINARY, column);
  const double *left, *right;

  if (a == NONE || b == NONE)
    return NONE;
  left = get_number (p, a);
  right = get_number (p, b);
  if (left != NULL && right != NULL)
    return add_number (p, combine (kind, *left, *right), column);
  if (kind == CJ_BINARY_POWER && left != NULL && *left <= 0)
    return fail (p, column, _ ("%g cannot be raised to a power that varies. Use a base above 0."),
                 *left);
  if (kind == CJ_BINARY_DIVIDE && right != NULL && *right == 0)
    return fail (p, column, _ ("nothing can be divided by 0. Change the divisor."));
  term.binary = kind;
  term.a = a;
  term.b = b;
  term.of_input = p->formula->terms[a].of_input || p->formula->terms[b].of_input;
  return add (p, term);
}

/* --- grammar --- */

static int parse_sum (Parser *p);
static int parse_sign (Parser *p);

static int
find_word (const char *const *list, guint n, const char *name)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (list[i], name))
      return (int) i;
  return NONE;
}

/* An axis behind the comma; `along` stays as it was if there is none. */
static gboolean
parse_axis (Parser *p, const CjFormulaFunction *function, CjAlong *along)
{
  char name[CJ_FORMULA_MAX_NAME];
  const char *start;
  int found;

  if (!take (p, ','))
    return TRUE;
  skip (p);
  start = p->at;
  found = take_name (p, name) ? find_word (axes, G_N_ELEMENTS (axes), name) : NONE;
  if (found == NONE)
    {
      fail (p, column_of (p, start),
            _ ("%s runs along channel, space, time or all. Write one of them."), function->name);
      return FALSE;
    }
  *along = (CjAlong) found;
  return TRUE;
}

/* A plain number as argument, with its sign. */
static gboolean
parse_constant (Parser *p, const CjFormulaFunction *function, double *number)
{
  const char *start;
  const double *value;
  int term;

  skip (p);
  start = p->at;
  term = parse_sum (p);
  if (term == NONE)
    return FALSE;
  value = get_number (p, term);
  if (value == NULL)
    {
      fail (p, column_of (p, start), _ ("%s takes a number here. Write one, as 0.1."),
            function->name);
      return FALSE;
    }
  *number = *value;
  return TRUE;
}

static int
call_on_number (Parser *p, const CjFormulaFunction *function, double number, guint column)
{
  if (function->call == CJ_CALL_UNARY && function->of_number != NULL)
    return add_number (p, function->of_number (number), column);
  return fail (p, column, _ ("%s of a number is a number. Write that number."), function->name);
}

/* Everything behind the first argument. */
static int
finish_call (Parser *p, const CjFormulaFunction *f, int first, guint column)
{
  CjTerm term = make (f->call == CJ_CALL_REDUCE ? CJ_TERM_REDUCE : CJ_TERM_SOFTMAX, column);
  double a = f->a, b = f->b;

  switch (f->call)
    {
    case CJ_CALL_UNARY:
      return add_unary (p, (CjUnaryKind) f->kind, a, b, first, column);
    case CJ_CALL_BINARY:
    case CJ_CALL_POWER:
      if (!take (p, ','))
        return fail (p, column, _ ("%s takes two numbers. Write %s(first, second)."), f->name,
                     f->name);
      first = add_binary (p, (CjBinaryKind) f->kind, first, parse_sum (p), column);
      while (f->call == CJ_CALL_BINARY && first != NONE && take (p, ','))
        first = add_binary (p, (CjBinaryKind) f->kind, first, parse_sum (p), column);
      return first;
    case CJ_CALL_LEAKY:
      if (take (p, ',') && !parse_constant (p, f, &a))
        return NONE;
      return add_unary (p, CJ_UNARY_LEAKY_RELU, a, 0, first, column);
    case CJ_CALL_CLAMP:
      if (!take (p, ',') || !parse_constant (p, f, &a) || !take (p, ',')
          || !parse_constant (p, f, &b) || a >= b)
        return fail (p, column,
                     _ ("clamp takes two borders, the lower first. Write clamp(x, 0, 1)."));
      return add_unary (p, CJ_UNARY_CLAMP, a, b, first, column);
    case CJ_CALL_REDUCE:
    case CJ_CALL_SOFTMAX:
      if (!parse_axis (p, f, &term.along))
        return NONE;
      if (!p->formula->terms[first].of_input)
        return fail (p, column, _ ("%s needs something made of an input. Put x into it."), f->name);
      term.reduce = f->call == CJ_CALL_REDUCE ? (CjReduceKind) f->kind : CJ_REDUCE_SUM;
      term.log = f->call == CJ_CALL_SOFTMAX && f->kind;
      term.a = first;
      term.of_input = TRUE;
      return add (p, term);
    }
  return NONE;
}

static int
parse_call (Parser *p, const char *name, guint column)
{
  const CjFormulaFunction *function = cj_formula_find_function (name);
  const char *nearest = function == NULL ? cj_formula_find_nearest (name) : NULL;
  g_autofree char *here = NULL;
  int term;

  if (function == NULL && nearest != NULL)
    return fail (p, column, _ ("there is no function “%s”. Did you mean “%s”?"), name, nearest);
  if (function == NULL)
    return fail (p, column,
                 _ ("there is no function “%s”. To multiply by what stands in brackets, write *."),
                 name);
  term = parse_sum (p);
  if (term == NONE)
    return NONE;
  if (get_number (p, term) != NULL
      && (function->call == CJ_CALL_UNARY || function->call == CJ_CALL_CLAMP
          || function->call == CJ_CALL_LEAKY))
    term = call_on_number (p, function, *get_number (p, term), column);
  else
    term = finish_call (p, function, term, column);
  if (term == NONE || take (p, ')'))
    return term;
  here = dup_here (p);
  return fail (p, column_of (p, p->at), _ ("there is %s where “)” should end the arguments of %s."),
               here, name);
}

/* A learned name: the same as before, or a new one. */
static int
parse_learned (Parser *p, const char *name, guint column)
{
  CjFormula *f = p->formula;
  CjTerm term = make (CJ_TERM_LEARNED, column);
  guint i = 0;

  if (cj_formula_find_function (name) != NULL)
    return fail (p, column, _ ("“%s” is a function. Write %s(x)."), name, name);
  if (find_word (words, G_N_ELEMENTS (words), name) != NONE)
    return fail (p, column, _ ("“%s” has a meaning of its own. Use another name."), name);
  while (i < f->n_learned && !g_str_equal (f->learned[i].name, name))
    i++;
  if (i == CJ_FORMULA_MAX_LEARNED)
    return fail (p, column, _ ("there are more than %d learned names. Split the formula."),
                 CJ_FORMULA_MAX_LEARNED);
  if (i == f->n_learned)
    {
      f->learned[i] = (CjLearned){ .start = 1, .column = column };
      g_strlcpy (f->learned[i].name, name, CJ_FORMULA_MAX_NAME);
      f->n_learned++;
    }
  term.index = i;
  return add (p, term);
}

static int
parse_name (Parser *p, const char *name, guint column)
{
  const int input = find_word (inputs, G_N_ELEMENTS (inputs), name);
  CjTerm term = make (CJ_TERM_INPUT, column);

  if (input == NONE && take (p, '('))
    return parse_call (p, name, column);
  if (g_str_equal (name, "pi"))
    return add_number (p, G_PI, column);
  if (g_str_equal (name, "e"))
    return add_number (p, G_E, column);
  if (input == NONE)
    return parse_learned (p, name, column);
  term.index = (guint) input;
  term.of_input = TRUE;
  p->formula->n_inputs = MAX (p->formula->n_inputs, (guint) input + 1);
  return add (p, term);
}

static int
parse_atom (Parser *p)
{
  char name[CJ_FORMULA_MAX_NAME];
  g_autofree char *here = NULL;
  guint column;
  int term;

  skip (p);
  column = column_of (p, p->at);
  if (at_number (p))
    return add_number (p, take_number (p), column);
  if (take_name (p, name))
    return parse_name (p, name, column);
  if (is_letter (*p->at))
    return NONE; /* a name too long */
  here = dup_here (p);
  if (!take (p, '('))
    return fail (p, column, _ ("there is %s where a number, a name or “(” is expected."), here);
  term = parse_sum (p);
  if (term != NONE && !take (p, ')'))
    return fail (p, column, _ ("this bracket is not closed. Add “)”."));
  return term;
}

static int
parse_power (Parser *p)
{
  const int base = parse_atom (p);
  guint column;

  skip (p);
  column = column_of (p, p->at);
  if (base == NONE || !take (p, '^'))
    return base;
  return add_binary (p, CJ_BINARY_POWER, base, parse_sign (p), column);
}

static int
negate (Parser *p, int term, guint column)
{
  const double *number = term != NONE ? get_number (p, term) : NULL;

  if (term == NONE)
    return NONE;
  return number != NULL ? add_number (p, -*number, column)
                        : add_unary (p, CJ_UNARY_AFFINE, -1, 0, term, column);
}

/* All nesting passes through here. */
static int
parse_sign (Parser *p)
{
  guint column;
  int term;

  skip (p);
  column = column_of (p, p->at);
  if (++p->depth > CJ_FORMULA_MAX_DEPTH)
    return fail (p, column, _ ("the formula is nested too deeply. Split it over two cards."));
  if (take (p, '-'))
    term = negate (p, parse_sign (p), column);
  else if (take (p, '+'))
    term = parse_sign (p);
  else
    term = parse_power (p);
  p->depth--;
  return term;
}

static int
parse_product (Parser *p)
{
  int term = parse_sign (p);

  while (term != NONE)
    {
      guint column;

      skip (p);
      column = column_of (p, p->at);
      if (take (p, '*'))
        term = add_binary (p, CJ_BINARY_MULTIPLY, term, parse_sign (p), column);
      else if (take (p, '/'))
        term = add_binary (p, CJ_BINARY_DIVIDE, term, parse_sign (p), column);
      else
        break;
    }
  return term;
}

static int
parse_sum (Parser *p)
{
  int term = parse_product (p);

  while (term != NONE)
    {
      guint column;

      skip (p);
      column = column_of (p, p->at);
      if (take (p, '+'))
        term = add_binary (p, CJ_BINARY_ADD, term, parse_product (p), column);
      else if (take (p, '-'))
        term = add_binary (p, CJ_BINARY_SUBTRACT, term, parse_product (p), column);
      else
        break;
    }
  return term;
}

/* "a = 0.5 per channel" */
static int
parse_setting (Parser *p)
{
  CjFormula *f = p->formula;
  char name[CJ_FORMULA_MAX_NAME];
  gboolean negative;
  guint column, i = 0;

  skip (p);
  column = column_of (p, p->at);
  if (!take_name (p, name))
    return fail (p, column, _ ("“where” is followed by learned names. Write a = 0.5."));
  while (i < f->n_learned && !g_str_equal (f->learned[i].name, name))
    i++;
  if (i == f->n_learned)
    return fail (p, column, _ ("“%s” is not learned by this formula. Take it out, or use it."),
                 name);
  if (f->learned[i].set)
    return fail (p, column, _ ("“%s” is set twice. Take one out."), name);
  f->learned[i].set = TRUE;
  if (!take (p, '='))
    return fail (p, column_of (p, p->at), _ ("“=” and a number must follow “%s”. Write %s = 1."),
                 name, name);
  negative = take (p, '-');
  skip (p);
  if (!at_number (p))
    return fail (p, column_of (p, p->at), _ ("“%s” starts with a number. Write %s = 1."), name,
                 name);
  column = column_of (p, p->at);
  f->learned[i].start = take_number (p) * (negative ? -1 : 1);
  if (!(fabs (f->learned[i].start) <= 1e6))
    return fail (p, column, _ ("“%s” starts too large. Stay within ±1000000."), name);
  if (!take_word (p, "per"))
    return 0;
  if (take_word (p, "channel"))
    f->learned[i].per = CJ_PER_CHANNEL;
  else if (take_word (p, "unit"))
    f->learned[i].per = CJ_PER_UNIT;
  else
    return fail (p, column_of (p, p->at), _ ("“per” is followed by channel or unit. Write one."));
  return 0;
}

/* Behind the expression: settings, then the end. */
static int
parse_rest (Parser *p)
{
  g_autofree char *here = NULL;

  if (take_word (p, "where"))
    do
      if (parse_setting (p) == NONE)
        return NONE;
    while (take (p, ','));
  skip (p);
  if (*p->at == '\0')
    return 0;
  here = dup_here (p);
  if (is_letter (*p->at) || g_ascii_isdigit (*p->at) || *p->at == '(')
    return fail (p, column_of (p, p->at),
                 _ ("there is %s without a sign before it. To multiply, "
                    "write *."),
                 here);
  return fail (p, column_of (p, p->at), _ ("%s has no meaning here. Take it out."), here);
}

/* The inputs are taken from x on, so that ports have no gap. */
static int
check_inputs (Parser *p)
{
  const CjFormula *f = p->formula;
  gboolean used[G_N_ELEMENTS (inputs)] = { FALSE };

  for (guint i = 0; i < f->n_terms; i++)
    if (f->terms[i].kind == CJ_TERM_INPUT)
      used[f->terms[i].index] = TRUE;
  if (f->n_inputs == 0)
    return fail (p, 1, _ ("the formula has no input. Put x into it."));
  for (guint i = 0; i < f->n_inputs; i++)
    if (!used[i])
      return fail (p, 1, _ ("%s is not used, but %s is. Name the inputs x, y, z in this order."),
                   inputs[i], inputs[f->n_inputs - 1]);
  return 0;
}

CjFormula *
cj_formula_parse (const char *text, GError **error)
{
  g_autofree CjFormula *formula = g_new0 (CjFormula, 1);
  GError *mistake = NULL;
  Parser p = { .text = text, .at = text, .formula = formula, .error = &mistake };

  g_return_val_if_fail (text != NULL && g_utf8_validate (text, -1, NULL), NULL);

  skip (&p);
  if (*p.at == '\0')
    fail (&p, 1, _ ("there is no formula. Write one, as a * tanh(b * x) + c."));
  else
    formula->result = parse_sum (&p);
  if (mistake == NULL && parse_rest (&p) != NONE)
    check_inputs (&p);
  if (mistake == NULL)
    return g_steal_pointer (&formula);
  g_propagate_error (error, mistake);
  return NULL;
}

gboolean
cj_formula_check (const char *text, GError **error)
{
  g_autofree CjFormula *formula = cj_formula_parse (text, error);

  return formula != NULL;
}
