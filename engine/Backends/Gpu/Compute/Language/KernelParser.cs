namespace KernelEngine.Gpu;

/// <summary>Reads the text of a kernel of a user's own: the statements and operators of C (docs/kernels.md).</summary>
internal sealed class KernelParser
{
    // What binds least comes first.
    private static readonly string[][] Levels =
    [
        ["||"], ["&&"], ["|"], ["^"], ["&"], ["==", "!="], ["<", "<=", ">", ">="], ["<<", ">>"], ["+", "-"],
        ["*", "/", "%"],
    ];

    // Deeper nesting is nobody's kernel, and would end the process.
    private const int MostDepth = 200;
    private const int MostTerms = 1000;

    private readonly List<KernelToken> tokens;
    private int place;
    private int depth;

    private KernelParser(List<KernelToken> tokens) => this.tokens = tokens;

    private KernelToken Current => tokens[place];

    /// <summary>The statements of a text.</summary>
    /// <exception cref="KernelTextException">It is not in the language.</exception>
    public static KernelStatement[] Parse(string text)
    {
        var parser = new KernelParser(KernelTokens.Of(text));
        var statements = new List<KernelStatement>();
        while (parser.Current.Kind != TokenKind.End)
            statements.Add(parser.Statement());
        return [.. statements];
    }

    private KernelStatement Statement()
    {
        Deeper();
        var first = Current;
        var statement = first.Text switch
        {
            "{" => Block(),
            ";" => Empty(),
            "if" => If(),
            "for" => For(),
            "while" => While(),
            "do" => Do(),
            "FOR_EACH" => ForEach("id", "GRID_THREADS", ScalarType.UInt),
            "FOR_EACH_GROUP" => ForEach("group_id", "GROUPS_X", ScalarType.Int),
            "break" or "continue" or "return" => Jump(),
            "LOOP" or "UNROLL" => Marked(),
            "switch" or "goto" or "struct" or "void" or "case" =>
                throw new KernelTextException(first.Line, $"the language has no '{first.Text}'"),
            _ => Simple(),
        };
        depth--;
        return statement;

        KernelStatement Empty()
        {
            place++;
            return new BlockStatement(first.Line, []);
        }

        KernelStatement Marked()
        {
            place++;
            return Statement();
        }
    }

    private BlockStatement Block()
    {
        var line = Take("{").Line;
        var statements = new List<KernelStatement>();
        while (!Current.Is("}"))
        {
            if (Current.Kind == TokenKind.End)
                throw new KernelTextException(line, "a '}' is missing for this '{'");
            statements.Add(Statement());
        }

        place++;
        return new(line, [.. statements]);
    }

    private IfStatement If()
    {
        var line = Take("if").Line;
        var condition = InBrackets();
        var then = Statement();
        return new(line, condition, then, Skip("else") ? Statement() : null);
    }

    private LoopStatement For()
    {
        var line = Take("for").Line;
        Take("(");
        var first = Skip(";") ? null : Simple();
        var condition = Current.Is(";") ? null : Expression();
        Take(";");
        var next = Current.Is(")") ? null : Sequence();
        Take(")");
        return new(line, first, condition, next, Statement());
    }

    private LoopStatement While()
    {
        var line = Take("while").Line;
        var condition = InBrackets();
        return new(line, null, condition, null, Statement());
    }

    private LoopStatement Do()
    {
        var line = Take("do").Line;
        var body = Statement();
        Take("while");
        var condition = InBrackets();
        Take(";");
        return new(line, null, condition, null, body, IsTestedLast: true);
    }

    // FOR_EACH(i, n): from this thread's (or group's) number on, in steps of all threads.
    private LoopStatement ForEach(string start, string step, ScalarType compared)
    {
        var line = Current.Line;
        place++;
        Take("(");
        var name = Name();
        Take(",");
        var end = Expression();
        Take(")");
        var (counter, type) = (new NameExpression(line, name), compared == ScalarType.UInt ? "uint" : "int");
        var from = new MemberExpression(line, new NameExpression(line, start), "x");
        return new(
            line, new DeclarationStatement(line, new(ScalarType.Int), name, null, from),
            new BinaryExpression(line, "<", As(counter), As(end)),
            new AssignExpression(line, counter, null, new BinaryExpression(
                line, "+", As(counter), new NameExpression(line, step))),
            Statement());

        CallExpression As(KernelExpression value) => new(line, type, [value]);
    }

    private JumpStatement Jump()
    {
        var word = Current;
        place++;
        Take(";");
        return new(word.Line, word.Text);
    }

    // A declaration, or an expression, and its semicolon.
    private KernelStatement Simple()
    {
        var line = Current.Line;
        var isConstant = Skip("const");
        if (KernelType.Parse(Current.Text) is { } type && (isConstant || !tokens[place + 1].Is("(")))
        {
            place++;
            var declarations = new List<DeclarationStatement>();
            do
            {
                var name = Name();
                KernelExpression? count = null;
                if (Skip("["))
                {
                    count = Expression();
                    Take("]");
                }

                declarations.Add(new(line, type, name, count, Skip("=") ? Expression() : null));
            }
            while (Skip(","));
            Take(";");
            return declarations is [var only] ? only : new DeclarationsStatement(line, [.. declarations]);
        }

        if (isConstant)
            throw new KernelTextException(line, $"'{Current.Text}' is no type");
        var expression = Sequence();
        Take(";");
        return new ExpressionStatement(line, expression);
    }

    private KernelExpression Sequence()
    {
        var first = Expression();
        while (Current.Is(","))
        {
            var line = Current.Line;
            place++;
            first = new BinaryExpression(line, ",", first, Expression());
        }

        return first;
    }

    private KernelExpression Expression()
    {
        Deeper();
        var target = Choice();
        var token = Current;
        if (token.Kind == TokenKind.Symbol && token.Text is "=" or "+=" or "-=" or "*=" or "/=" or "%=" or "&=" or "|="
            or "^=" or "<<=" or ">>=")
        {
            place++;
            target = new AssignExpression(
                token.Line, target, token.Text.Length > 1 ? token.Text[..^1] : null, Expression());
        }

        depth--;
        return target;
    }

    private KernelExpression Choice()
    {
        var condition = Binary(0);
        var line = Current.Line;
        if (!Skip("?"))
            return condition;
        var then = Expression();
        Take(":");
        return new ChoiceExpression(line, condition, then, Expression());
    }

    private KernelExpression Binary(int level)
    {
        if (level == Levels.Length)
            return Unary();
        var left = Binary(level + 1);
        for (var terms = 1; Current.Kind == TokenKind.Symbol && Levels[level].Contains(Current.Text); terms++)
        {
            var token = Current;
            if (terms == MostTerms)
                throw new KernelTextException(token.Line, $"more than {MostTerms} terms in a row");
            place++;
            left = new BinaryExpression(token.Line, token.Text, left, Binary(level + 1));
        }

        return left;
    }

    private KernelExpression Unary()
    {
        var token = Current;
        if (token.Kind == TokenKind.Symbol && token.Text is "-" or "+" or "!" or "~" or "++" or "--")
        {
            Deeper();
            place++;
            var operand = Unary();
            depth--;
            return token.Text is "++" or "--"
                ? Stepped(token, operand, givesOld: false)
                : new UnaryExpression(token.Line, token.Text, operand);
        }

        // (type) before what it converts.
        if (token.Is("(") && KernelType.Parse(tokens[place + 1].Text) is not null && tokens[place + 2].Is(")"))
        {
            var name = tokens[place + 1].Text;
            place += 3;
            return new CallExpression(token.Line, name, [Unary()]);
        }

        return Postfix(Primary());
    }

    private KernelExpression Postfix(KernelExpression value)
    {
        while (true)
        {
            var token = Current;
            if (Skip("."))
            {
                value = new MemberExpression(token.Line, value, Name());
            }
            else if (Skip("["))
            {
                var name = (value as NameExpression)?.Name
                    ?? throw new KernelTextException(token.Line, "only arrays and operands have elements");
                value = new IndexExpression(token.Line, name, Expression());
                Take("]");
            }
            else if (Skip("++") || Skip("--"))
            {
                value = Stepped(token, value, givesOld: true);
            }
            else
            {
                return value;
            }
        }
    }

    private static AssignExpression Stepped(KernelToken token, KernelExpression target, bool givesOld) => new(
        token.Line, target, token.Text[..1], new NumberExpression(token.Line, ScalarType.Int, 1), givesOld);

    private KernelExpression Primary()
    {
        var token = Current;
        place++;
        switch (token.Kind)
        {
            case TokenKind.Whole or TokenKind.Unsigned or TokenKind.Real:
                return new NumberExpression(token.Line, token.Kind switch
                {
                    TokenKind.Whole => ScalarType.Int,
                    TokenKind.Unsigned => ScalarType.UInt,
                    _ => ScalarType.Float,
                }, token.Number);
            case TokenKind.Name when Skip("("):
                var arguments = new List<KernelExpression>();
                while (!Skip(")"))
                {
                    if (arguments.Count > 0)
                        Take(",");
                    arguments.Add(Expression());
                }

                return new CallExpression(token.Line, token.Text, [.. arguments]);
            case TokenKind.Name:
                return new NameExpression(token.Line, token.Text);
            case TokenKind.Symbol when token.Text == "(":
                var inner = Sequence();
                Take(")");
                return inner;
            default:
                throw new KernelTextException(token.Line, $"a value is missing before '{token.Text}'");
        }
    }

    private KernelExpression InBrackets()
    {
        Take("(");
        var inner = Sequence();
        Take(")");
        return inner;
    }

    private string Name()
    {
        var token = Current;
        if (token.Kind != TokenKind.Name)
            throw new KernelTextException(token.Line, $"a name is missing before '{token.Text}'");
        place++;
        return token.Text;
    }

    private KernelToken Take(string text)
    {
        var token = Current;
        if (!token.Is(text))
            throw new KernelTextException(token.Line, $"'{text}' is missing before '{token.Text}'");
        place++;
        return token;
    }

    private bool Skip(string text)
    {
        if (!Current.Is(text))
            return false;
        place++;
        return true;
    }

    private void Deeper()
    {
        if (++depth > MostDepth)
            throw new KernelTextException(Current.Line, $"more than {MostDepth} things within each other");
    }
}
